import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fullName, nameTag } from "../naming";
import type { AwsRegion } from "../region/aws";
import type { Cluster, ValidatorNodes } from ".";
import { execKubeconfig } from "./kubeconfig";
import {
  createProvider,
  createStorageClass,
  type ManagedClusterArgs,
  nodesOfValidatorPool,
  VALIDATOR_POOL,
} from "./managed-cluster";

/** The arguments of an EKS cluster. */
export interface EksClusterArgs extends ManagedClusterArgs {
  readonly region: AwsRegion;
  /** Instance type of the system nodes. @example "m6i.xlarge" */
  readonly systemInstanceType: string;
  /** Instance type of the validator nodes. @example "m6i.2xlarge" */
  readonly validatorInstanceType: string;
}

/**
 * A cluster on EKS.
 *
 * ```
 * cluster role ── cluster ─┬─ network add-on (enforces NetworkPolicies)
 *                          ├─ OIDC provider ── disk role ── disk add-on
 *                          ├─ node role ─┬─ system node group
 *                          │             └─ launch template ── validator node group
 *                          └─ provider ── storage class
 * ```
 */
export class EksCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: pulumi.Output<string>;
  readonly provider: kubernetes.Provider;
  readonly storageClassName: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly zoneSpread = "DoNotSchedule";
  readonly validatorNodes: ValidatorNodes;

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:cluster:EksCluster", `${name}-cluster`, {}, opts);
    const { region } = args;
    const parent = { parent: this };
    const options = { ...parent, provider: region.provider };
    const clusterName = fullName(args.network, name);

    const clusterRole = createRole("cluster", serviceTrust("eks.amazonaws.com"), ["AmazonEKSClusterPolicy"]);
    const cluster = createCluster();
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
    const provider = createProvider(name, { cluster, clusterName, fetchKubeconfig }, parent);
    const storageClass = createStorageClass(
      name,
      args,
      { provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } },
      { ...parent, provider, dependsOn: [diskAddon] },
    );

    this.clusterName = cluster.name;
    this.provider = provider;
    this.storageClassName = storageClass.metadata.name;
    this.ready = [cluster];
    this.validatorNodes = nodesOfValidatorPool(validatorNodes);
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
              policyArn: `arn:aws:iam::aws:policy/${MANAGED_POLICY_PATHS[policy] ?? ""}${policy}`,
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
          accessConfig: { authenticationMode: "API" },
          vpcConfig: {
            subnetIds: [...region.privateSubnetIds, ...region.publicSubnetIds],
            endpointPrivateAccess: true,
            endpointPublicAccess: !args.privateApi,
            ...(args.apiAllowedCidrs.length > 0 && !args.privateApi
              ? { publicAccessCidrs: [...args.apiAllowedCidrs] }
              : {}),
          },
        },
        { ...options, dependsOn: clusterRole.attachments },
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
          nodeRoleArn: nodeRole.arn,
          subnetIds: [...region.privateSubnetIds],
          instanceTypes: [args.systemInstanceType],
          scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 6 },
        },
        {
          ...options,
          dependsOn: [...nodeRole.attachments, ...region.egress, networkAddon],
          // An autoscaler may change the number of system nodes.
          ignoreChanges: ["scalingConfig.desiredSize"],
        },
      );
    }

    /** The launch template adds the security group that opens the P2P port. A node group itself takes no security group. */
    function createValidatorNodes() {
      const template = new ec2.LaunchTemplate(
        `${name}-validator-template`,
        {
          name: fullName(args.network, name, "validators"),
          vpcSecurityGroupIds: [
            cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId ?? ""),
            region.securityGroupId,
          ],
          metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
          // AWS identifies a launch template by a generated id. The tag makes a template whose creation was interrupted
          // findable.
          tags: nameTag(fullName(args.network, name, "validators")),
        },
        options,
      );
      return new eks.NodeGroup(
        `${name}-validator-nodes`,
        {
          clusterName,
          nodeGroupName: "validators",
          nodeRoleArn: nodeRole.arn,
          subnetIds: [...region.privateSubnetIds],
          instanceTypes: [args.validatorInstanceType],
          launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
          scalingConfig: {
            minSize: args.validators,
            desiredSize: args.validators,
            maxSize: args.validators + 1,
          },
          updateConfig: { maxUnavailable: 1 },
          labels: { [VALIDATOR_POOL.key]: VALIDATOR_POOL.value },
          taints: [{ ...VALIDATOR_POOL, effect: "NO_SCHEDULE" }],
        },
        { ...options, dependsOn: [...nodeRole.attachments, ...region.egress, networkAddon] },
      );
    }

    function createOidcProvider() {
      return new iam.OpenIdConnectProvider(
        `${name}-oidc-provider`,
        { url: issuer(), clientIdLists: ["sts.amazonaws.com"] },
        options,
      );
    }

    function issuer(): pulumi.Output<string> {
      return cluster.identities.apply((identities) => identities[0]?.oidcs?.[0]?.issuer ?? "");
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

    /** The kubeconfig contains no secret: the AWS CLI fetches a token for the user who runs the deployment. */
    async function fetchKubeconfig(): Promise<string> {
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
          region.location,
          "--output",
          "json",
        ],
      });
    }
  }
}

/** The paths of managed policies whose ARN has one: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
const MANAGED_POLICY_PATHS: Readonly<Record<string, string>> = { AmazonEBSCSIDriverPolicy: "service-role/" };

function serviceTrust(service: string): string {
  return policy({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });
}

/** Only the service account of the disk driver may assume the role. */
function diskTrust(providerArn: string, issuerUrl: string): string {
  const issuer = issuerUrl.replace("https://", "");
  return policy({
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: "system:serviceaccount:kube-system:ebs-csi-controller-sa",
      },
    },
  });
}

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
