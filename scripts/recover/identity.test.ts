import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identify } from "./identity";

interface Expected {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const ACCOUNTS = { azureSubscription: "11111111-2222-3333-4444-555555555555", awsAccount: "123456789012" };
const cloudResources = ["dev", "azure"].flatMap((stack) =>
  (
    JSON.parse(
      readFileSync(join(__dirname, `../../test/expected/${stack}.json`), "utf8"),
    ) as readonly Expected[]
  )
    .filter(({ type }) => /^(azure-native|aws):/.test(type))
    .map((resource) => ({
      ...resource,
      stack,
      identity: identify(resource.type, resource.inputs, ACCOUNTS),
    })),
);

describe("the identity of a resource whose creation was interrupted", () => {
  it("exists for every cloud resource of the example stacks that must not be created twice", () => {
    expect(
      new Set(
        cloudResources.filter(({ identity }) => identity.kind === "repeatable").map(({ type }) => type),
      ),
    ).toEqual(new Set(["aws:iam/rolePolicyAttachment:RolePolicyAttachment"]));
  });

  it("is complete, and differs for any two resources of a stack", () => {
    const seen = new Map<string, string>();
    for (const { stack, name, type, identity } of cloudResources) {
      if (identity.kind === "repeatable") {
        continue;
      }
      const text = JSON.stringify(identity);
      expect(text, name).not.toMatch(/undefined|\/\/(?!.*https)|""|\/"/);
      const key = `${stack} ${type} ${text}`;
      expect(seen.get(key), `${name} has the same identity as this resource`).toBeUndefined();
      seen.set(key, name);
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it("is the ARM id of an Azure resource", () => {
    expect(
      identify(
        "azure-native:network:Subnet",
        { resourceGroupName: "group", virtualNetworkName: "network", subnetName: "validators" },
        ACCOUNTS,
      ),
    ).toEqual({
      kind: "id",
      id: "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/group/providers/Microsoft.Network/virtualNetworks/network/subnets/validators",
    });
    const scope = "/subscriptions/other/resourceGroups/group";
    expect(
      identify(
        "azure-native:authorization:RoleAssignment",
        { scope, roleAssignmentName: "assignment" },
        ACCOUNTS,
      ),
    ).toEqual({
      kind: "id",
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/assignment`,
    });
  });

  it("is the ARM id of a vault, its secrets, and what an identity trusts", () => {
    const inputs = {
      resourceGroupName: "group",
      vaultName: "vault",
      secretName: "secret",
      resourceName: "keys",
      federatedIdentityCredentialResourceName: "validators",
    };
    const idOf = (type: string) => identify(`azure-native:${type}`, inputs, ACCOUNTS);
    const group = `/subscriptions/${ACCOUNTS.azureSubscription}/resourceGroups/group/providers`;
    expect(idOf("keyvault:Vault")).toEqual({ kind: "id", id: `${group}/Microsoft.KeyVault/vaults/vault` });
    expect(idOf("keyvault:Secret")).toEqual({
      kind: "id",
      id: `${group}/Microsoft.KeyVault/vaults/vault/secrets/secret`,
    });
    expect(idOf("managedidentity:FederatedIdentityCredential")).toEqual({
      kind: "id",
      id: `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/keys/federatedIdentityCredentials/validators`,
    });
  });

  it("is the name, the tag or the association of an AWS resource", () => {
    expect(
      identify("aws:eks/nodeGroup:NodeGroup", { clusterName: "c", nodeGroupName: "n" }, ACCOUNTS),
    ).toEqual({ kind: "id", id: "c:n" });
    expect(identify("aws:ec2/vpc:Vpc", { tags: { Name: "chain138-vpc" } }, ACCOUNTS)).toEqual({
      kind: "tag",
      service: "vpc",
      name: "chain138-vpc",
    });
    expect(identify("aws:secretsmanager/secret:Secret", { tags: { Name: "key" } }, ACCOUNTS)).toEqual({
      kind: "tag",
      service: "secret",
      name: "key",
    });
    expect(
      identify("aws:iam/rolePolicy:RolePolicy", { role: "keys", name: "validator-0" }, ACCOUNTS),
    ).toEqual({ kind: "id", id: "keys:validator-0" });
    expect(identify("aws:secretsmanager/secretVersion:SecretVersion", {}, ACCOUNTS)).toEqual({
      kind: "repeatable",
    });
    expect(
      identify(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        { subnetId: "subnet-1", routeTableId: "rtb-1" },
        ACCOUNTS,
      ),
    ).toEqual({ kind: "association", subnetId: "subnet-1", routeTableId: "rtb-1" });
  });
});
