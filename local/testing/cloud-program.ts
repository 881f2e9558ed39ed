import * as azure from "@pulumi/azure-native";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import type { Ports } from "./cloud-process";

export interface Settings {
  readonly ports: Ports;
  /** Folder of the file backend. */
  readonly backend: string;
  readonly vnetPrefix?: string;
  readonly tags?: Record<string, string>;
  /** Id of an existing cluster to import. If absent, the program creates a cluster. */
  readonly importCluster?: string;
}

/** A stack with a small virtual network and a cluster in Azure, deployed by the real Pulumi engine. */
export async function stackOf({ ports, backend, ...settings }: Settings): Promise<Stack> {
  const program = async () => {
    const group = new azure.resources.ResourceGroup("group", {
      resourceGroupName: "group",
      location: "westeurope",
      ...(settings.tags === undefined ? {} : { tags: settings.tags }),
    });
    const inGroup = { resourceGroupName: group.name, location: "westeurope" };
    const network = new azure.network.VirtualNetwork(
      "network",
      { ...inGroup, addressSpace: { addressPrefixes: [settings.vnetPrefix ?? "10.0.0.0/16"] } },
      // The network lists the subnets that are resources of their own.
      { ignoreChanges: ["subnets"] },
    );
    new azure.network.PublicIPAddress("address", {
      ...inGroup,
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
    });
    const cluster = new azure.containerservice.ManagedCluster(
      "cluster",
      {
        ...inGroup,
        resourceName: "cluster",
        dnsPrefix: "cluster",
        identity: { type: "SystemAssigned" },
        oidcIssuerProfile: { enabled: true },
        agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D4s_v5" }],
      },
      settings.importCluster === undefined ? {} : { import: settings.importCluster },
    );
    new azure.containerservice.AgentPool("pool", {
      resourceGroupName: group.name,
      resourceName: cluster.name,
      agentPoolName: "validators",
      count: 2,
      vmSize: "Standard_D4s_v5",
    });
    return { issuer: cluster.oidcIssuerProfile, fqdn: cluster.fqdn, network: network.name };
  };
  return LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName: "cloud", program },
    {
      envVars: {
        PULUMI_BACKEND_URL: `file://${backend}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DEBUG_PROVIDERS: `azure-native:${ports["azure-native"]},aws:${ports.aws}`,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}

// Run as a separate process with the settings as JSON, so that a test can kill the program together with its engine.
if (require.main === module) {
  stackOf(JSON.parse(process.argv[2] ?? "{}") as Settings)
    .then((stack) => stack.up())
    .catch((error: unknown) => {
      console.error(String(error));
      process.exitCode = 1;
    });
}
