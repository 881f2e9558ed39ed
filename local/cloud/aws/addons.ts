import { CloudError } from "../engine/resources/errors";
import type { Draft } from "../engine/resources/kind";
import { stringAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import { type AwsKind, identity, text } from "./api";
import { activeFindings, clusterReference, invalid, roleFindings } from "./eks";

export const addon: AwsKind = {
  token: "aws:eks/addon:Addon",
  space: "eks/addon",
  title: "EKS Add-On",
  taggable: true,
  operations: {
    create: "eks:CreateAddon",
    read: "eks:DescribeAddon",
    update: "eks:UpdateAddon",
    delete: "eks:DeleteAddon",
  },
  required: ["addonName", "clusterName"],
  unknown: ["arn", "createdAt", "modifiedAt", "addonVersion", "configurationValues"],
  immutable: ["addonName", "clusterName", "region"],
  identify: ({ inputs, scope }) => {
    const name = text(inputs, "addonName");
    return identity("eks/addon", scope, `${text(inputs, "clusterName")}:${name}`, name);
  },
  exists: ({ name }) =>
    new CloudError(409, "ResourceInUseException", `Addon already exists (${name})`, { final: true }),
  parent: clusterReference,
  *validate(draft) {
    yield* activeFindings(draft);
    if (!addons.has(draft.name)) {
      yield invalid(`Addon ${draft.name} specified is not supported; see 'aws eks describe-addon-versions'`);
    }
    yield* secretsDriverFindings(draft);
    const role = stringAt(draft.inputs, "serviceAccountRoleArn");
    if (role !== undefined) {
      yield* roleFindings(role, "sts:AssumeRole", draft);
    }
  },
  computed: ({ inputs, name, scope, unique, previous }) =>
    previous?.computed ?? {
      arn: `arn:aws:eks:${scope.region}:${scope.account}:addon/${text(inputs, "clusterName")}/${name}/${hex(8, unique, "arn")}`,
    },
  outputs: ({ inputs, createdAt, operation }) => ({
    createdAt,
    modifiedAt: new Date(operation.since).toISOString(),
    addonVersion: inputs.addonVersion ?? "v1.0.0-eksbuild.1",
  }),
};

/** The Secrets Store CSI driver with AWS's provider. */
const SECRETS_DRIVER = "aws-secrets-store-csi-driver-provider";

/**
 * EKS refuses values that are not in the schema of the add-on. The schema is not published; these are the values of the provider's
 * chart, without what public configurations do not set, and the values of the driver that they do set:
 * https://github.com/aws/secrets-store-csi-driver-provider-aws/blob/main/charts/secrets-store-csi-driver-provider-aws/values.yaml
 */
function* secretsDriverFindings({ name, inputs }: Draft): Generator<CloudError> {
  if (name !== SECRETS_DRIVER || text(inputs, "configurationValues") === "") {
    return;
  }
  const unknown = unknownValues(text(inputs, "configurationValues"));
  if (unknown === undefined || unknown.length > 0) {
    yield invalid(
      "ConfigurationValue provided in request is not supported: " +
        (unknown === undefined
          ? "it is no JSON"
          : `Json schema validation failed with error: [${unknown.map((key) => `$.${key}: is not defined in the schema and the schema does not allow additional properties`).join(", ")}]`),
    );
  }
}

function unknownValues(configuration: string): readonly string[] | undefined {
  try {
    const { "secrets-store-csi-driver": driver = {}, ...provider } = JSON.parse(configuration);
    return [
      ...Object.keys(provider).filter((key) => !PROVIDER_VALUES.has(key)),
      ...Object.keys(driver)
        .filter((key) => !DRIVER_VALUES.has(key))
        .map((key) => `secrets-store-csi-driver.${key}`),
    ];
  } catch {
    return undefined;
  }
}

const PROVIDER_VALUES: ReadonlySet<string> = new Set([
  "affinity",
  "awsRegion",
  "nodeSelector",
  "podLabels",
  "resources",
  "tolerations",
]);
const DRIVER_VALUES: ReadonlySet<string> = new Set([
  "enableSecretRotation",
  "rotationPollInterval",
  "syncSecret",
]);

/** The names of Amazon's add-ons: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html */
const addons: ReadonlySet<string> = new Set([
  "adot",
  "amazon-cloudwatch-observability",
  "aws-ebs-csi-driver",
  "aws-efs-csi-driver",
  "aws-guardduty-agent",
  "aws-mountpoint-s3-csi-driver",
  SECRETS_DRIVER,
  "cert-manager",
  "coredns",
  "eks-node-monitoring-agent",
  "eks-pod-identity-agent",
  "external-dns",
  "kube-proxy",
  "kube-state-metrics",
  "metrics-server",
  "prometheus-node-exporter",
  "snapshot-controller",
  "vpc-cni",
]);
