import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { azureTags, fullName } from "../naming";
import { P2P_PORT } from "../ports";
import type { P2pEndpoint, Region } from ".";
import { addressSpace, azureSubnets, type Cidr, formatCidr } from "./plan";
import { grantRole } from "./role-assignment";
import { zoneOfValidator } from "./validator-zones";

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
  /**
   * The numbers of the zones by which the validators are divided. Empty: their cluster has one pool of machines for them.
   * @example ["1", "2", "3"]
   */
  readonly validatorZones: readonly string[];
  /** `Retain`: the disk group stays when the region is deleted. */
  readonly reclaimPolicy: "Retain" | "Delete";
  /**
   * The id of the disk group if the group exists. The group of a region that was deleted with its disks retained is then
   * taken over; a group that is in the state already is left as it is.
   */
  readonly diskGroupId?: string | undefined;
  /** Where the validators' keys are kept. A vault admits the validators by their subnet. @default "kubernetes" */
  readonly keyStore?: "kubernetes" | "keyVault" | undefined;
}

/**
 * A region on Azure.
 *
 * ```
 * resource group ─┬─ security group ── network ── system subnet ── validators subnet
 *                 ├─ cluster identity ── network contributor
 *                 │                  └── contributor of the disk group
 *                 └─ public IP for each validator
 * disk group
 * ```
 *
 * A validator has a zone, in which its pod and its disk are: `validator-zones.ts`. The addresses reach every zone.
 *
 * Disks have a group of their own, because AKS by default creates disks in the node resource group, which is deleted
 * together with the cluster.
 *
 * Every name is fixed, so that a resource whose creation was interrupted can be found again by its name.
 */
export class AzureRegion extends pulumi.ComponentResource implements Region {
  readonly p2pEndpoints: readonly P2pEndpoint[];
  readonly resourceGroupName: pulumi.Output<string>;
  readonly systemSubnetId: pulumi.Output<string>;
  readonly validatorsSubnetId: pulumi.Output<string>;
  /** The numbers of the zones by which the validators are divided, from the arguments. */
  readonly validatorZones: readonly string[];
  /** The managed identity that the region's cluster runs as. */
  readonly clusterIdentityId: pulumi.Output<string>;
  /** The role assignments that let the cluster use the region's addresses and subnets. */
  readonly clusterRights: readonly pulumi.Resource[];
  /** The resource group of the disks of data volumes. */
  readonly diskGroupName: pulumi.Output<string>;
  /** The role assignments that let the cluster create, attach and delete disks in the disk group. */
  readonly diskRights: readonly pulumi.Resource[];

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
    const systemSubnet = createSubnet({ role: "system", prefix: subnets.system });
    const validatorsSubnet = createSubnet({
      role: "validators",
      prefix: subnets.validators,
      after: systemSubnet,
      services: args.keyStore === "keyVault" ? ["Microsoft.KeyVault"] : [],
    });
    const addresses = Array.from({ length: args.validators }, (_, index) => createAddress(index));
    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { ...inGroup, resourceName: fullName(args.network, name, "cluster") },
      parent,
    );

    const diskGroup = createDiskGroup();

    this.clusterRights = [grant("network-contributor", NETWORK_CONTRIBUTOR, resourceGroup.id)];
    this.diskGroupName = diskGroup.name;
    this.diskRights = [grant("disk-contributor", CONTRIBUTOR, diskGroup.id)];
    this.p2pEndpoints = addresses.map(({ ipAddress }, index) => {
      const address = ipAddress.apply((ip) => ip ?? "");
      const zone = zoneOfValidator(index, args.validatorZones);
      return {
        address,
        // https://cloud-provider-azure.sigs.k8s.io/topics/availability-zones/#node-labels
        ...(zone === undefined ? {} : { zone: pulumi.output(`${location}-${zone}`) }),
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
    this.validatorZones = args.validatorZones;
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
    function createSubnet({ role, prefix, after, services = [] }: SubnetArgs) {
      return new network.Subnet(
        `${name}-${role}-subnet`,
        {
          resourceGroupName: resourceGroup.name,
          virtualNetworkName: virtualNetwork.name,
          subnetName: role,
          addressPrefix: formatCidr(prefix),
          networkSecurityGroup: { id: securityGroup.id },
          ...(services.length === 0 ? {} : { serviceEndpoints: services.map((service) => ({ service })) }),
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

    function createDiskGroup() {
      return new resources.ResourceGroup(
        `${name}-disks`,
        { resourceGroupName: diskGroupName(args.network, name), location, tags },
        {
          ...parent,
          retainOnDelete: args.reclaimPolicy === "Retain",
          // A group whose tags somebody else has changed, as Azure Policy does, could otherwise not be taken over.
          ...(args.diskGroupId === undefined ? {} : { import: args.diskGroupId, ignoreChanges: ["tags"] }),
        },
      );
    }

    function grant(purpose: string, role: string, scope: pulumi.Output<string>) {
      return grantRole(
        `${name}-identity-${purpose}`,
        { principalId: identity.principalId, role, scope },
        parent,
      );
    }
  }
}

interface SubnetArgs {
  readonly role: string;
  readonly prefix: Cidr;
  readonly after?: pulumi.Resource;
  /** The services of Azure that the subnet reaches by endpoints of its own, and that can admit the subnet. */
  readonly services?: readonly string[];
}

/** The name of the resource group in which the disks of a region's data volumes are created. */
export function diskGroupName(network: string, region: string): string {
  return fullName(network, region, "disks");
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/networking#network-contributor */
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/**
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged#contributor. The driver of the
 * disks requires this role on the group: https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/install-driver-on-aks.md
 */
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
