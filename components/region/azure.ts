import * as authorization from "@pulumi/azure-native/authorization";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { v5 as uuid } from "uuid";
import { azureTags, fullName } from "../naming";
import { P2P_PORT } from "../ports";
import type { P2pEndpoint, Region } from ".";
import { addressSpace, azureSubnets, formatCidr } from "./plan";

/** The arguments of an Azure region. They decide names and addresses, so they are plain values. */
export interface AzureRegionArgs {
  /** Name of the network, with which resource names begin. @example "chain138" */
  readonly network: string;
  /** Azure location. @example "eastus" */
  readonly location: string;
  /** The region's address space. @default the /16 of 10.0.0.0/8 that is reserved for the location */
  readonly cidr?: string | undefined;
  /** Number of validators. Each gets a static public IP. */
  readonly validators: number;
}

/**
 * A region on Azure.
 *
 * ```
 * resource group ─┬─ security group ── network ── system subnet ── validators subnet
 *                 ├─ cluster identity ── network contributor
 *                 └─ public IP for each validator
 * ```
 *
 * Every name is fixed, so that a resource whose creation was interrupted can be found again by its name.
 */
export class AzureRegion extends pulumi.ComponentResource implements Region {
  readonly p2pEndpoints: readonly P2pEndpoint[];
  readonly resourceGroupName: pulumi.Output<string>;
  readonly systemSubnetId: pulumi.Output<string>;
  readonly validatorsSubnetId: pulumi.Output<string>;
  /** The managed identity that the region's cluster runs as. */
  readonly clusterIdentityId: pulumi.Output<string>;
  /** The role assignment that lets the cluster use the region's addresses and subnets. */
  readonly clusterRights: pulumi.Resource;

  constructor(name: string, args: AzureRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:region:AzureRegion", name, {}, opts);
    const parent = { parent: this };
    const { location } = args;
    const groupName = fullName(args.network, name);
    const tags = azureTags(args.network, name);
    const space = addressSpace({ cloud: "azure", location, cidr: args.cidr });
    const subnets = azureSubnets(space);

    const resourceGroup = new resources.ResourceGroup(
      `${name}-group`,
      { resourceGroupName: groupName, location, tags },
      parent,
    );
    const inGroup = { resourceGroupName: resourceGroup.name, location, tags };
    const securityGroup = createSecurityGroup();
    const virtualNetwork = createVirtualNetwork();
    const systemSubnet = createSubnet("system", formatCidr(subnets.system));
    const validatorsSubnet = createSubnet("validators", formatCidr(subnets.validators), systemSubnet);
    const addresses = Array.from({ length: args.validators }, (_, index) => createAddress(index));
    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { ...inGroup, resourceName: fullName(args.network, name, "cluster") },
      parent,
    );

    this.clusterRights = grantNetworkContributor();
    this.p2pEndpoints = addresses.map(({ ipAddress }) => {
      const address = ipAddress.apply((ip) => ip ?? "");
      return {
        address,
        // https://learn.microsoft.com/azure/aks/static-ip
        annotations: {
          "service.beta.kubernetes.io/azure-load-balancer-resource-group": resourceGroup.name,
          "service.beta.kubernetes.io/azure-load-balancer-ipv4": address,
        },
      };
    });
    this.resourceGroupName = resourceGroup.name;
    this.systemSubnetId = systemSubnet.id;
    this.validatorsSubnetId = validatorsSubnet.id;
    this.clusterIdentityId = identity.id;
    this.registerOutputs({ p2pAddresses: this.p2pEndpoints.map(({ address }) => address) });

    /** The P2P port is the only one open to the internet. Azure's default rules allow the cluster's own traffic. */
    function createSecurityGroup() {
      return new network.NetworkSecurityGroup(
        `${name}-security-group`,
        {
          ...inGroup,
          networkSecurityGroupName: groupName,
          securityRules: [
            {
              name: "p2p",
              description: "Besu's P2P port; discovery (UDP) is off",
              priority: 100,
              direction: "Inbound",
              access: "Allow",
              protocol: "Tcp",
              sourceAddressPrefix: "Internet",
              sourcePortRange: "*",
              destinationAddressPrefix: "*",
              destinationPortRange: String(P2P_PORT),
            },
          ],
        },
        parent,
      );
    }

    function createVirtualNetwork() {
      return new network.VirtualNetwork(
        `${name}-network`,
        { ...inGroup, virtualNetworkName: groupName, addressSpace: { addressPrefixes: [formatCidr(space)] } },
        // The subnets are separate resources. A refresh also reports them as part of the network, which is no change.
        { ...parent, ignoreChanges: ["subnets"] },
      );
    }

    /** ARM changes one subnet of a network at a time, so each subnet depends on the previous one. */
    function createSubnet(role: string, addressPrefix: string, after?: pulumi.Resource) {
      return new network.Subnet(
        `${name}-${role}-subnet`,
        {
          resourceGroupName: resourceGroup.name,
          virtualNetworkName: virtualNetwork.name,
          subnetName: role,
          addressPrefix,
          networkSecurityGroup: { id: securityGroup.id },
        },
        { ...parent, dependsOn: after === undefined ? [] : [after] },
      );
    }

    function createAddress(index: number) {
      return new network.PublicIPAddress(
        `${name}-validator-${index}-address`,
        {
          ...inGroup,
          publicIpAddressName: fullName(args.network, name, `validator-${index}`),
          publicIPAllocationMethod: "Static",
          publicIPAddressVersion: "IPv4",
          sku: { name: "Standard" },
        },
        parent,
      );
    }

    function grantNetworkContributor() {
      return new authorization.RoleAssignment(
        `${name}-identity-network-contributor`,
        {
          roleAssignmentName: uuid(`${groupName}/network-contributor`, ROLE_ASSIGNMENTS),
          scope: resourceGroup.id,
          principalId: identity.principalId,
          principalType: "ServicePrincipal",
          roleDefinitionId: pulumi.interpolate`/subscriptions/${resourceGroup.id.apply(subscriptionOf)}/providers/Microsoft.Authorization/roleDefinitions/${NETWORK_CONTRIBUTOR}`,
        },
        parent,
      );
    }
  }
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/networking#network-contributor */
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** The UUID namespace of role assignments, so that a role assignment has the same id in every run. */
const ROLE_ASSIGNMENTS = "5b0c3a0e-6a9c-4c6f-9d0b-3f2a1f6f1380";

function subscriptionOf(armId: string): string {
  return armId.split("/")[2] ?? "";
}
