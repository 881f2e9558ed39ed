import type { Kind } from "../engine/kind";
import { roleAssignment } from "./authorization";
import { agentPool, managedCluster } from "./containerservice";
import { federatedIdentityCredential, userAssignedIdentity } from "./managedidentity";
import { networkSecurityGroup, publicIPAddress } from "./network";
import { resourceGroup } from "./resources";
import { subnet, virtualNetwork } from "./virtualnetwork";

/** Every resource type of azure-native that the simulated cloud has. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  [
    resourceGroup,
    virtualNetwork,
    subnet,
    networkSecurityGroup,
    publicIPAddress,
    userAssignedIdentity,
    federatedIdentityCredential,
    roleAssignment,
    managedCluster,
    agentPool,
  ].map((kind) => [kind.token, kind]),
);
