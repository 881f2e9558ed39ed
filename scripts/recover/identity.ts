/**
 * How a resource is found again if its creation was interrupted before the engine received the resource's id.
 *
 * - `id`: the id follows from the inputs. A refresh finds out whether the resource exists.
 * - `tag`: the cloud generates the id. The resource is looked up by its `Name` tag.
 * - `association`: the association of a route table has a generated id and no tags. It is looked up by its subnet.
 * - `repeatable`: creating the resource a second time has the same result as creating the resource once.
 */
export type Identity =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "tag"; readonly service: string; readonly name: string }
  | { readonly kind: "association"; readonly subnetId: string; readonly routeTableId: string }
  | { readonly kind: "repeatable" };

/** The accounts in the clouds, which are part of some ids. */
export interface Accounts {
  readonly azureSubscription: string;
  readonly awsAccount: string;
}

type Inputs = Readonly<Record<string, unknown>>;

/**
 * The identity of a resource.
 *
 * @param type the type token of the resource.
 * @param inputs the inputs of the resource, as they are in the state or in the engine's events.
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

/**
 * The ARM id of an Azure resource without its subscription, see
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource
 */
function azurePath(type: string, text: (key: string) => string): string | undefined {
  const group = `/resourceGroups/${text("resourceGroupName")}`;
  const networks = `${group}/providers/Microsoft.Network`;
  const clusters = `${group}/providers/Microsoft.ContainerService/managedClusters/${text("resourceName")}`;
  const vaults = `${group}/providers/Microsoft.KeyVault/vaults`;
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
    case "azure-native:managedidentity:FederatedIdentityCredential":
      return `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${text("resourceName")}/federatedIdentityCredentials/${text("federatedIdentityCredentialResourceName")}`;
    case "azure-native:keyvault:Vault":
      return `${vaults}/${text("vaultName")}`;
    case "azure-native:keyvault:Secret":
      return `${vaults}/${text("vaultName")}/secrets/${text("secretName")}`;
    case "azure-native:authorization:RoleAssignment":
      return `${text("scope")}/providers/Microsoft.Authorization/roleAssignments/${text("roleAssignmentName")}`;
    case "azure-native:containerservice:ManagedCluster":
      return clusters;
    default:
      return undefined;
  }
}

/**
 * The id of a resource whose id the AWS provider builds from names, see the section "Import" on the resource's page in
 * the registry.
 */
function awsIdOf(type: string, text: (key: string) => string, { awsAccount }: Accounts): string | undefined {
  switch (type) {
    case "aws:iam/role:Role":
    case "aws:eks/cluster:Cluster":
      return text("name");
    case "aws:eks/nodeGroup:NodeGroup":
      return `${text("clusterName")}:${text("nodeGroupName")}`;
    case "aws:eks/addon:Addon":
      return `${text("clusterName")}:${text("addonName")}`;
    case "aws:eks/accessEntry:AccessEntry":
      return `${text("clusterName")}:${text("principalArn")}`;
    case "aws:eks/accessPolicyAssociation:AccessPolicyAssociation":
      return `${text("clusterName")}#${text("principalArn")}#${text("policyArn")}`;
    case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
      return `arn:aws:iam::${awsAccount}:oidc-provider/${text("url").replace("https://", "")}`;
    case "aws:iam/rolePolicy:RolePolicy":
      return `${text("role")}:${text("name")}`;
    default:
      return undefined;
  }
}

/** The types of the resources that are looked up by tag, each with the resource type that its ARN contains. */
const TAGGED: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
  "aws:ec2/natGateway:NatGateway": "natgateway",
  "aws:ec2/routeTable:RouteTable": "route-table",
  "aws:ec2/securityGroup:SecurityGroup": "security-group",
  "aws:ec2/eip:Eip": "elastic-ip",
  "aws:ec2/launchTemplate:LaunchTemplate": "launch-template",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": "podidentityassociation",
  "aws:secretsmanager/secret:Secret": "secret",
};

function tagOf(inputs: Inputs, key: string): string {
  const tags = (inputs.tags ?? {}) as Readonly<Record<string, unknown>>;
  return String(tags[key] ?? "");
}
