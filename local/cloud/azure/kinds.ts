import type { Kind } from "../engine/resources/kind";
import { agentPool } from "./aks/agentpool";
import { managedCluster } from "./aks/containerservice";
import { roleAssignment } from "./authorization";
import { secret } from "./keyvault/secret";
import { vault } from "./keyvault/vault";
import { federatedIdentityCredential, userAssignedIdentity } from "./managedidentity";
import { networkSecurityGroup, publicIPAddress } from "./network";
import { resourceGroup } from "./resources";
import { subnet, virtualNetwork } from "./virtualnetwork";

/** The resource types of azure-native that the simulated cloud supports, by type token. */
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
    vault,
    secret,
  ].map((kind) => [kind.token, kind]),
);
