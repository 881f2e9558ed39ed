import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../root";
import { machineManifests } from "./manifests";

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

/** The definitions of KubeVirt's own API that the manifests need; the file names its source. */
const { definitions } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/kubevirt-openapi.json"), "utf8"),
) as { readonly definitions: Readonly<Record<string, Schema>> };

/** Where a value is not what a schema says, each with its path. A field that the schema does not have is a fault. */
function faults(value: unknown, schema: Schema | undefined, path: string): string[] {
  if (schema === undefined) {
    return [`${path}: KubeVirt has no such field`];
  }
  if (schema.$ref !== undefined) {
    return faults(value, definitions[schema.$ref.replace("#/definitions/", "")], path);
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => faults(item, schema.items, `${path}[${index}]`));
  }
  if (typeof value === "object" && value !== null) {
    return [
      ...(schema.required ?? [])
        .filter((field) => !(field in value))
        .map((field) => `${path}.${field}: is missing`),
      ...Object.entries(value).flatMap(([field, inner]) =>
        faults(inner, schema.properties?.[field] ?? schema.additionalProperties, `${path}.${field}`),
      ),
    ];
  }
  const type = typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
  const allowed = [schema.type].flat();
  return allowed.includes(type) ? [] : [`${path}: ${type}, not ${allowed.join(" or ")}`];
}

const size = { name: "small", cpu: 2, memory: "4Gi" };
const { machine, claim, secret } = machineManifests(
  "perf-rep3-small-150gi-c1-1-abcdef",
  { key: "rep3:small:150Gi:1", pool: "rep3", size, pvcSize: "150Gi", concurrency: 1 },
  {
    run: "perf-1",
    namespace: "vm-perf-test",
    storageClass: "sc",
    volumeMode: "Filesystem",
    image: "quay.io/containerdisks/fedora:43",
    definition: "0123",
  },
  "#cloud-config\n",
);

describe("the manifests of a machine", () => {
  it("are VirtualMachines as KubeVirt's own API describes them", () => {
    // The definitions have the parts that KubeVirt defines: the metadata is Kubernetes'.
    expect(
      faults({ spec: machine.spec }, { ...definitions["v1.VirtualMachine"], required: ["spec"] }, "machine"),
    ).toEqual([]);
  });

  it("would not pass with a field that KubeVirt does not have, or with another type", () => {
    const spec = definitions["v1.VirtualMachineSpec"];
    expect(faults({ ...machine.spec, runStrategies: "Always" }, spec, "spec")).toEqual([
      "spec.runStrategies: KubeVirt has no such field",
    ]);
    expect(faults({ ...machine.spec, runStrategy: 1 }, spec, "spec")).toEqual([
      "spec.runStrategy: integer, not string",
    ]);
  });

  it("name a volume for each disk, and the secret and the claim of the machine", () => {
    const { volumes, domain } = machine.spec.template.spec;
    expect(domain.devices.disks.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
    expect(JSON.stringify(volumes)).toContain(`"claimName":"${claim.metadata.name}"`);
    expect(JSON.stringify(volumes)).toContain(`"secretRef":{"name":"${secret.metadata.name}"}`);
  });

  it("all have the label by which a run is deleted", () => {
    for (const { metadata } of [machine, claim, secret]) {
      expect(metadata.labels["perf-test/run-id"]).toBe("perf-1");
    }
  });
});
