/**
 * How a resource is found again whose creation was cut off before the engine heard its id.
 *
 * - `id`: the id follows from the inputs; whether the resource exists, a refresh tells.
 * - `tag`: the cloud made the id up; the resource is looked up by its `Name` tag.
 * - `association`: a route table's association has neither; it is looked up by its subnet.
 * - `repeatable`: creating it once more is harmless (server-side apply, keys nobody has used).
 */
export type Identity =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "tag"; readonly service: string; readonly name: string }
  | { readonly kind: "association"; readonly subnetId: string; readonly routeTableId: string }
  | { readonly kind: "repeatable" };

/** Accounts, where ids need one. */
export interface Accounts {
  readonly azureSubscription: string;
  readonly awsAccount: string;
}

type Inputs = Readonly<Record<string, unknown>>;

/**
 * The identity of a resource.
 *
 * @param type the resource's type token.
 * @param inputs its inputs, as the state or the engine's events have them.
 */
export function identify(type: string, inputs: Inputs, accounts: Accounts): Identity {
  const text = (key: string): string => String(inputs[key] ?? "");
  const azure = azurePath(type, text);
  if (azure !== undefined) {
    return {
      kind: "id",
      id: azure.startsWith("/subscriptions/")
        ? azure
        : `/subscriptions/${accounts.azureSubscription}${azure}`,
    };
  }
  const awsId = awsIdOf(type, text, accounts);
  if (awsId !== undefined) {
    return { kind: "id", id: awsId };
  }
  const service = TAGGED[type];
  if (service !== undefined) {
    return { kind: "tag", service, name: tagOf(inputs, "Name") };
  }
  if (type === "aws:ec2/routeTableAssociation:RouteTableAssociation") {
    return { kind: "association", subnetId: text("subnetId"), routeTableId: text("routeTableId") };
  }
  return { kind: "repeatable" };
}

/** ARM ids, https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource */
function azurePath(type: string, text: (key: string) => string): string | undefined {
  const group = `/resourceGroups/${text("resourceGroupName")}`;
  const networks = `${group}/providers/Microsoft.Network`;
  const clusters = `${group}/providers/Microsoft.ContainerService/managedClusters/${text("resourceName")}`;
  switch (type) {
    case "azure-native:resources:ResourceGroup":
      return group;
    case "azure-native:network:VirtualNetwork":
      return `${networks}/virtualNetworks/${text("virtualNetworkName")}`;
    case "azure-native:network:Subnet":
      return `${networks}/virtualNetworks/${text("virtualNetworkName")}/subnets/${text("subnetName")}`;
    case "azure-native:network:NetworkSecurityGroup":
      return `${networks}/networkSecurityGroups/${text("networkSecurityGroupName")}`;
    case "azure-native:network:PublicIPAddress":
      return `${networks}/publicIPAddresses/${text("publicIpAddressName")}`;
    case "azure-native:managedidentity:UserAssignedIdentity":
      return `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${text("resourceName")}`;
    case "azure-native:authorization:RoleAssignment":
      return `${text("scope")}/providers/Microsoft.Authorization/roleAssignments/${text("roleAssignmentName")}`;
    case "azure-native:containerservice:ManagedCluster":
      return clusters;
    case "azure-native:containerservice:AgentPool":
      return `${clusters}/agentPools/${text("agentPoolName")}`;
    default:
      return undefined;
  }
}

/** The ids that the AWS provider makes out of names, see "Import" on each resource's page in the registry. */
function awsIdOf(type: string, text: (key: string) => string, { awsAccount }: Accounts): string | undefined {
  switch (type) {
    case "aws:iam/role:Role":
    case "aws:eks/cluster:Cluster":
      return text("name");
    case "aws:eks/nodeGroup:NodeGroup":
      return `${text("clusterName")}:${text("nodeGroupName")}`;
    case "aws:eks/addon:Addon":
      return `${text("clusterName")}:${text("addonName")}`;
    case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
      return `arn:aws:iam::${awsAccount}:oidc-provider/${text("url").replace("https://", "")}`;
    default:
      return undefined;
  }
}

/** The ARN's resource kind of what is found by its tag. */
const TAGGED: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
  "aws:ec2/natGateway:NatGateway": "natgateway",
  "aws:ec2/routeTable:RouteTable": "route-table",
  "aws:ec2/securityGroup:SecurityGroup": "security-group",
  "aws:ec2/eip:Eip": "elastic-ip",
  "aws:ec2/launchTemplate:LaunchTemplate": "launch-template",
};

function tagOf(inputs: Inputs, key: string): string {
  const tags = (inputs.tags ?? {}) as Readonly<Record<string, unknown>>;
  return String(tags[key] ?? "");
}
