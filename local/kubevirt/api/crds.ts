import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A schema as the API server takes it. The Kubernetes client's own class for it loses the rules below `items`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A CustomResourceDefinition in JSON. */
export interface CustomResourceDefinition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly kind: string; readonly plural: string; readonly [field: string]: unknown };
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: JsonSchema };
      readonly [field: string]: unknown;
    }[];
    readonly [field: string]: unknown;
  };
}

export const GROUP = "kubevirt.io";
export const VERSION = "v1";
export const API_VERSION = `${GROUP}/${VERSION}`;

/**
 * KubeVirt's kinds that a storage benchmark needs: VirtualMachine, VirtualMachineInstance and KubeVirt. A structural schema
 * without `x-kubernetes-preserve-unknown-fields` makes the API server refuse an unknown field of a request with
 * `fieldValidation=Strict`. What virt-api's webhooks refuse is refused by rules in the schema.
 */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  const { virtualMachine, virtualMachineInstance, kubevirt } = read("statuses.yaml");
  return [
    definition("VirtualMachine", ["vm", "vms"], virtualMachineSchema(virtualMachine)),
    definition("VirtualMachineInstance", ["vmi", "vmis"], {
      type: "object",
      required: ["spec"],
      properties: { spec: instanceSpec(), status: virtualMachineInstance },
    }),
    definition("KubeVirt", ["kv", "kvs"], {
      type: "object",
      properties: {
        spec: { type: "object", properties: { imagePullPolicy: { type: "string" } } },
        status: kubevirt,
      },
    }),
  ];
}

/** The schema of a VirtualMachineInstance's spec. */
export function instanceSpec(): JsonSchema {
  return read("instance-spec.yaml");
}

/**
 * Sources of the rules, beside those of the instance's spec:
 * https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-api/webhooks/validating-webhook/admitters/vms-admitter.go
 * A VM's name becomes a label of its pod, so 63 characters at most are accepted, which is stricter.
 */
function virtualMachineSchema(status: JsonSchema): JsonSchema {
  return {
    type: "object",
    required: ["spec"],
    "x-kubernetes-validations": [
      { rule: "size(self.metadata.name) <= 63", message: "metadata.name must be no more than 63 characters" },
    ],
    properties: {
      spec: {
        type: "object",
        required: ["template"],
        "x-kubernetes-validations": [
          {
            rule: "!(has(self.running) && has(self.runStrategy))",
            message: "Running and RunStrategy are mutually exclusive",
          },
          { rule: "has(self.running) || has(self.runStrategy)", message: "RunStrategy must be specified" },
        ],
        properties: {
          running: { type: "boolean" },
          runStrategy: { type: "string", enum: ["Always", "RerunOnFailure", "Halted"] },
          template: {
            type: "object",
            required: ["spec"],
            properties: { metadata: templateMetadata(), spec: instanceSpec() },
          },
        },
      },
      status,
    },
  };
}

function templateMetadata(): JsonSchema {
  const texts = { type: "object", maxProperties: 64, additionalProperties: { type: "string" } };
  return {
    type: "object",
    properties: {
      annotations: texts,
      labels: {
        ...texts,
        "x-kubernetes-validations": [
          {
            rule: `self.all(label, !(label in [${RESERVED_LABELS.map((label) => `'${label}'`).join(", ")}]))`,
            message: "creation of the following reserved kubevirt.io/ labels on a VMI object is prohibited",
          },
        ],
      },
      creationTimestamp: { type: "string", nullable: true },
    },
  };
}

/** `restrictedVmiLabels` of KubeVirt's vmi-create-admitter. */
const RESERVED_LABELS = [
  "kubevirt.io/created-by",
  "kubevirt.io/migrationJobUID",
  "kubevirt.io/nodeName",
  "kubevirt.io/migrationTargetNodeName",
  "kubevirt.io/schedulable",
  "kubevirt.io/install-strategy",
];

function definition(
  kind: string,
  shortNames: string[],
  openAPIV3Schema: JsonSchema,
): CustomResourceDefinition {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, plural, singular, listKind: `${kind}List`, shortNames, categories: ["all"] },
      scope: "Namespaced",
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS[kind] ?? [],
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}

/** KubeVirt's own columns of `kubectl get`. */
const COLUMNS: Readonly<Record<string, { name: string; type: string; jsonPath: string }[]>> = {
  VirtualMachine: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Status", type: "string", jsonPath: ".status.printableStatus" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
  VirtualMachineInstance: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "IP", type: "string", jsonPath: ".status.interfaces[0].ipAddress" },
    { name: "NodeName", type: "string", jsonPath: ".status.nodeName" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
  KubeVirt: [{ name: "Phase", type: "string", jsonPath: ".status.phase" }],
};

function read(file: string) {
  return parse(readFileSync(join(__dirname, file), "utf8"));
}
