import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { changesOf, resourcesAfter } from "./changes";
import { parsePreview } from "./engine-preview";
import { previewText } from "./words";

const urn = (name: string) => `urn:pulumi:dev::chainfleet::kubernetes:apps/v1:StatefulSet::${name}`;
const state = (name: string, custom = true) => ({
  urn: urn(name),
  type: "kubernetes:apps/v1:StatefulSet",
  custom,
  dependencies: [],
});
const step = (op: string, name: string, more: object = {}) => ({
  ...{ op, urn: urn(name) },
  ...(op.startsWith("delete") ? { oldState: state(name) } : { newState: state(name) }),
  ...more,
});
const json = JSON.stringify({
  steps: [
    { op: "create", urn: urn("component"), newState: state("component", false) },
    step("create", "eastus-new"),
    step("update", "eastus-changed", { diffReasons: ["spec"] }),
    step("create-replacement", "westeurope-moved", {
      diffReasons: ["spec", "zone"],
      replaceReasons: ["zone"],
    }),
    step("replace", "westeurope-moved"),
    step("delete-replaced", "westeurope-moved"),
    step("delete", "genesis"),
  ],
  diagnostics: [
    { message: "a warning\n", severity: "warning" },
    { message: "warning: another, with the engine's prefix\n", severity: "warning" },
    { message: "an error", severity: "error" },
  ],
});
const before = ["eastus-changed", "eastus-same", "westeurope-moved", "genesis"].map((name) => state(name));
const { steps, messages } = parsePreview(json);
const changes = changesOf(steps, before, ["eastus", "westeurope", "onprem"]);

describe("the changes of a preview", () => {
  it("are counted by region; a component and a region without a resource do not count", () => {
    expect(changes.regions).toEqual([
      { name: "shared", replace: 0, delete: 1, update: 0, create: 0, same: 0 },
      { name: "eastus", replace: 0, delete: 0, update: 1, create: 1, same: 1 },
      { name: "westeurope", replace: 1, delete: 0, update: 0, create: 0, same: 0 },
    ]);
  });

  it("are told with the replacements and deletions first, each with the properties that make it necessary", () => {
    const text = stripVTControlCharacters(previewText(changes, undefined));
    const at = (part: string) => text.indexOf(part);
    expect(at("westeurope-moved (StatefulSet): zone\n")).toBeGreaterThan(0);
    expect(at("genesis (StatefulSet)")).toBeGreaterThan(at("westeurope-moved"));
    expect(at("eastus-changed (StatefulSet): spec")).toBeGreaterThan(at("genesis"));
    expect(text).toContain("1 to replace, 1 to delete, 1 to update, 1 to create");
  });

  it("leave the resources that will be there afterwards", () => {
    expect(resourcesAfter(steps, before).map((resource) => resource.urn)).toEqual(
      ["eastus-changed", "eastus-same", "westeurope-moved", "component", "eastus-new"].map(urn),
    );
  });

  it("come with the messages of the program, errors aside", () => {
    expect(messages).toEqual(["warning: a warning", "warning: another, with the engine's prefix"]);
  });
});

describe("a change of many resources", () => {
  const node = (name: string, image: string, labels: object = {}) => ({
    ...state(name),
    inputs: {
      metadata: { name, labels },
      spec: { template: { spec: { containers: [{ name: "besu", image }] } } },
    },
  });
  const updated = (name: string, labels: readonly [object, object]) => ({
    op: "update",
    urn: urn(name),
    diffReasons: ["metadata", "spec"],
    oldState: node(name, "besu:26.8.1", labels[0]),
    newState: node(name, "besu:26.9.0", labels[1]),
  });
  const version = (release: string) => ({ "app.kubernetes.io/version": release });
  const validators = ["a-validator-0", "a-validator-1", "b-validator-0"];
  const preview = parsePreview(
    JSON.stringify({
      steps: [
        ...validators.map((name) => updated(name, [version("26.8.1"), version("26.9.0")])),
        updated("a-rpc", [{}, {}]),
      ],
    }),
  );
  const text = stripVTControlCharacters(previewText(changesOf(preview.steps, [], ["a", "b"]), undefined));

  it("is told once, with the old and the new value", () => {
    expect(text).toContain(
      "  3 of type StatefulSet: app.kubernetes.io/version 26.8.1 -> 26.9.0, image besu:26.8.1 -> besu:26.9.0\n" +
        "    a-validator-0, a-validator-1, b-validator-0\n" +
        "  a-rpc (StatefulSet): image besu:26.8.1 -> besu:26.9.0\n",
    );
  });
});

it("a preview says that a contract and the effect of a call outlive their resources", () => {
  const stays = "Contracts and the effects of calls stay on their chains; only the state forgets them.";
  const deletionOf = (type: string) => {
    const step_ = { op: "delete", urn: urn("gone"), oldState: { ...state("gone"), type } };
    const { steps: parsed } = parsePreview(JSON.stringify({ steps: [step_] }));
    return previewText(changesOf(parsed, [{ ...state("gone"), type }], []), undefined);
  };
  expect(deletionOf("pulumi-nodejs:dynamic:ContractCall")).toContain(stays);
  expect(deletionOf("kubernetes:core/v1:ConfigMap")).not.toContain(stays);
});
