import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../engine/known";
import { fullName, nameTag } from "../naming";
import type { AwsRegion } from "../region/aws";
import { SYSTEM_NODES } from "../region/aws-quotas";
import { validatorsInZones } from "../region/validator-zones";
import type { Cluster, ValidatorNodes } from ".";
import { diskTrust, managedPolicyArn, serviceTrust } from "./eks-policies";
import { execKubeconfig, kubeconfigOf } from "./kubeconfig";
import {
  createProvider,
  createStorageClass,
  type ManagedClusterArgs,
  nodesOfValidatorPools,
  VALIDATOR_POOL,
} from "./managed-cluster";
import { createSecretsDriver } from "./secrets-driver";

/** What a cluster uses of its region. In a stack of its own, a cluster knows the region by the outputs of another stack. */
export type EksRegion = Pick<AwsRegion, "location" | "provider" | "zones" | "securityGroupId" | "egress">;

/** The arguments of an EKS cluster. */
export interface EksClusterArgs extends ManagedClusterArgs {
  readonly region: EksRegion;
  /** Instance type of the system nodes. @example "m6i.xlarge" */
  readonly systemInstanceType: string;
  /** Instance type of the validator nodes. @example "m6i.2xlarge" */
  readonly validatorInstanceType: string;
  /** The profile with which the AWS CLI fetches tokens. @default the credentials that the AWS CLI finds */
  readonly profile?: string | undefined;
  /** ARNs of the IAM users and roles that may do everything in the cluster. Nobody else may do anything. */
  readonly admins: readonly string[];
  /**
   * Where the validators' keys are kept. `secretsManager` runs the driver that mounts secrets into pods, and the agent of EKS Pod
   * Identity. @default "kubernetes"
   */
  readonly keyStore?: "kubernetes" | "secretsManager" | undefined;
}

/**
 * A cluster on EKS.
 *
 * ```
 * cluster role ── cluster ─┬─ network add-on (enforces NetworkPolicies)
 *                          ├─ OIDC provider ── disk role ── disk add-on
 *                          ├─ node role ─┬─ system node group
 *                          │             └─ launch template ── validator node group in each zone
 *                          ├─ access entry of each administrator
 *                          ├─ secrets add-ons (if keys are in Secrets Manager)
 *                          └─ provider ── storage class
 * ```
 */
export class EksCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly provider: kubernetes.Provider;
  readonly storageClassName: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly zoneSpread = "DoNotSchedule";
  readonly validatorNodes: ValidatorNodes;
  /** What mounts the secrets of Secrets Manager into pods. Empty if the validators' keys are elsewhere. */
  readonly secretsDriver: readonly pulumi.Resource[];

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:EksCluster", `${name}-cluster`, {}, opts);
    const { region } = args;
    const parent = { parent: this };
    const options = { ...parent, provider: region.provider };
    const clusterName = fullName(args.network, name);

    const clusterRole = createRole("cluster", serviceTrust("eks.amazonaws.com"), ["AmazonEKSClusterPolicy"]);
    const cluster = createCluster();
    const admins = args.admins.map(createAdmin);
    const networkAddon = createNetworkAddon();
    const nodeRole = createRole("node", serviceTrust("ec2.amazonaws.com"), [
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
      "AmazonEC2ContainerRegistryReadOnly",
    ]);
    const systemNodes = createSystemNodes();
    const validatorNodes = createValidatorNodes();
    const oidcProvider = createOidcProvider();
    const diskAddon = createDiskAddon();
    const secretsDriver =
      args.keyStore === "secretsManager"
        ? createSecretsDriver(name, clusterName, { ...options, dependsOn: [systemNodes] })
        : [];
    const kubeconfig = kubeconfigOf(cluster, clusterName, fetchKubeconfig);
    const provider = createProvider(name, kubeconfig, parent);
    const storageClass = createStorageClass(
      name,
      args,
      { provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } },
      { ...parent, provider, dependsOn: [diskAddon, ...admins] },
    );

    this.clusterName = cluster.name;
    this.kubeconfig = kubeconfig;
    this.provider = provider;
    this.storageClassName = storageClass.metadata.name;
    this.ready = [cluster, ...admins];
    this.validatorNodes = nodesOfValidatorPools(validatorNodes);
    this.secretsDriver = secretsDriver;
    this.registerOutputs({ clusterName: this.clusterName });

    function createRole(
      purpose: string,
      assumeRolePolicy: pulumi.Input<string>,
      policies: readonly string[],
    ) {
      const role = new iam.Role(
        `${name}-${purpose}-role`,
        { name: fullName(args.network, name, purpose), assumeRolePolicy },
        options,
      );
      const attachments = policies.map(
        (policy) =>
          new iam.RolePolicyAttachment(
            `${name}-${purpose}-${policy}`,
            {
              role: role.name,
              policyArn: managedPolicyArn(policy),
            },
            options,
          ),
      );
      return { arn: role.arn, attachments };
    }

    function createCluster() {
      return new eks.Cluster(
        `${name}-eks`,
        {
          name: clusterName,
          version: args.kubernetesVersion,
          roleArn: clusterRole.arn,
          accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
          vpcConfig: {
            subnetIds: region.zones.flatMap((zone) => [zone.privateSubnetId, zone.publicSubnetId]),
            endpointPrivateAccess: true,
            endpointPublicAccess: !args.privateApi,
            ...(args.apiAllowedCidrs.length > 0 && !args.privateApi
              ? { publicAccessCidrs: [...args.apiAllowedCidrs] }
              : {}),
          },
        },
        {
          ...options,
          dependsOn: clusterRole.attachments,
          // AWS does not return this value. The plugin therefore reads `true` for a cluster that the state does not
          // contain, and a difference would replace the cluster.
          ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions"],
        },
      );
    }

    function createAdmin(principalArn: string) {
      const part = principalArn
        .split(":")
        .slice(4)
        .join("-")
        .replaceAll(/[^\w-]/g, "-");
      const entry = new eks.AccessEntry(
        `${name}-admin-${part}`,
        { clusterName: cluster.name, principalArn },
        options,
      );
      return new eks.AccessPolicyAssociation(
        `${name}-admin-policy-${part}`,
        {
          clusterName: cluster.name,
          principalArn: entry.principalArn,
          policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
          accessScope: { type: "cluster" },
        },
        options,
      );
    }

    function createNetworkAddon() {
      return new eks.Addon(
        `${name}-vpc-cni`,
        {
          clusterName,
          addonName: "vpc-cni",
          configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }),
          // A new cluster contains an unmanaged copy of this add-on, which this resource takes over.
          resolveConflictsOnCreate: "OVERWRITE",
        },
        { ...options, dependsOn: [cluster] },
      );
    }

    function createSystemNodes() {
      return new eks.NodeGroup(
        `${name}-system-nodes`,
        {
          clusterName,
          nodeGroupName: "system",
          // The group keeps its version until it is told another, also when the control plane is upgraded.
          version: args.kubernetesVersion,
          nodeRoleArn: nodeRole.arn,
          subnetIds: region.zones.map(({ privateSubnetId }) => privateSubnetId),
          instanceTypes: [args.systemInstanceType],
          scalingConfig: { minSize: SYSTEM_NODES, desiredSize: SYSTEM_NODES, maxSize: 6 },
        },
        {
          ...options,
          dependsOn: [...nodeRole.attachments, ...region.egress, networkAddon],
          // An autoscaler may change the number of system nodes.
          ignoreChanges: ["scalingConfig.desiredSize"],
        },
      );
    }

    /**
     * A group for each zone that has validators: a group over several zones may start the replacement of a node in a zone
     * in which neither the validator's disk nor its load balancer is.
     *
     * The launch template adds the security group that opens the P2P port. A node group itself takes no security group. The
     * template names the instance type too: EKS changes a group to a new version of its template one node after another,
     * while another instance type of the group itself would delete the group
     * (https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2503).
     */
    function createValidatorNodes() {
      const template = new ec2.LaunchTemplate(
        `${name}-validator-template`,
        {
          name: fullName(args.network, name, "validators"),
          instanceType: args.validatorInstanceType,
          vpcSecurityGroupIds: [
            cluster.vpcConfig.apply((config) => config?.clusterSecurityGroupId ?? ""),
            region.securityGroupId,
          ],
          metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
          // AWS identifies a launch template by a generated id. The tag makes a template whose creation was interrupted
          // findable.
          tags: nameTag(fullName(args.network, name, "validators")),
        },
        options,
      );
      const machines = validatorsInZones(args.validatorMachines, region.zones);
      return region.zones.flatMap((zone, index) =>
        machines[index] === 0
          ? []
          : [
              new eks.NodeGroup(
                `${name}-validator-nodes-${index}`,
                {
                  clusterName,
                  nodeGroupName: `validators-${index}`,
                  version: args.kubernetesVersion,
                  nodeRoleArn: nodeRole.arn,
                  subnetIds: [zone.privateSubnetId],
                  launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
                  scalingConfig: sizeOf(machines[index] ?? 0),
                  updateConfig: { maxUnavailable: 1 },
                  labels: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
                  taints: [{ ...VALIDATOR_POOL, effect: "NO_SCHEDULE" }],
                },
                {
                  ...options,
                  dependsOn: [...nodeRole.attachments, ...region.egress, networkAddon],
                  hooks: args.updateHooks,
                },
              ),
            ],
      );
    }

    function sizeOf(machines: number) {
      return { minSize: machines, desiredSize: machines, maxSize: machines + 1 };
    }

    function createOidcProvider() {
      return new iam.OpenIdConnectProvider(
        `${name}-oidc-provider`,
        { url: issuer(), clientIdLists: ["sts.amazonaws.com"] },
        options,
      );
    }

    /** A cluster whose creation failed half-way is known by its inputs alone. */
    function issuer(): pulumi.Output<string> {
      return cluster.identities.apply((identities) => identities?.[0]?.oidcs?.[0]?.issuer ?? "");
    }

    function createDiskAddon() {
      const trust = pulumi.all([oidcProvider.arn, issuer()]).apply(([arn, url]) => diskTrust(arn, url));
      const role = createRole("disk", trust, ["AmazonEBSCSIDriverPolicy"]);
      return new eks.Addon(
        `${name}-ebs-csi-driver`,
        { clusterName, addonName: "aws-ebs-csi-driver", serviceAccountRoleArn: role.arn },
        { ...options, dependsOn: [...role.attachments, systemNodes] },
      );
    }

    async function fetchKubeconfig(): Promise<string> {
      // The plugin connects when the provider is configured, and takes a cluster that refuses it then for unreachable until
      // the end of the run. Whether an entry exists does not matter: what depends on a failed entry is skipped.
      await Promise.all(admins.map(({ id }) => isKnown(id)));
      const { network, profile } = args;
      return eksKubeconfig({ network, region: name, location: region.location, profile }, options);
    }
  }
}

/** Where the cluster of a region is. */
export interface EksPlace {
  /** Name of the network. */
  readonly network: string;
  /** Name of the region. */
  readonly region: string;
  /** AWS region. */
  readonly location: string;
  /** The profile with which the AWS CLI fetches tokens. @default the credentials that the AWS CLI finds */
  readonly profile?: string | undefined;
}

/**
 * The kubeconfig of a region's cluster. It contains no secret: the AWS CLI fetches a token for whoever uses it.
 *
 * @param options of the call to AWS, such as its provider.
 * @throws Error if AWS does not answer. {@link isEksNotFound} recognizes the error if there is no cluster.
 */
export async function eksKubeconfig(
  { network, region, location, profile }: EksPlace,
  options: pulumi.InvokeOptions,
): Promise<string> {
  const clusterName = fullName(network, region);
  const { endpoint, certificateAuthorities } = await eks.getCluster({ name: clusterName }, options);
  return execKubeconfig({
    name: clusterName,
    server: endpoint,
    certificateAuthority: certificateAuthorities[0]?.data ?? "",
    command: "aws",
    args: [
      "eks",
      "get-token",
      "--cluster-name",
      clusterName,
      "--region",
      location,
      ...(profile === undefined ? [] : ["--profile", profile]),
      "--output",
      "json",
    ],
  });
}

/** Whether AWS's answer says that there is no such cluster: the data source has the answer of DescribeCluster in its message. */
export function isEksNotFound({ message }: Error): boolean {
  return /ResourceNotFoundException|couldn't find resource/.test(message);
}

/**
 * Whether the cluster of a region exists. A cloud that does not say counts as yes: a living cluster must not be refused, and
 * the cloud itself refuses a new one.
 */
export function eksClusterExists(
  network: string,
  region: string,
  provider: pulumi.ProviderResource,
): Promise<boolean> {
  return eks
    .getCluster({ name: fullName(network, region) }, { provider })
    .then(() => true)
    .catch((error: Error) => !isEksNotFound(error));
}
