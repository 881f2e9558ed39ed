import { expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../../components/engine/dynamic-type";
import type { StateResource } from "../../engine/state";
import type { Step } from "../events";
import { contractCounts } from "./contract-counts";

const type = `${DYNAMIC_TYPE_PREFIX}ForgeDeployment`;
const urn = (name: string) => `urn:pulumi:dev::chainfleet::${type}::chain138-${name}`;
const step = (name: string, more: Partial<Step> = {}) =>
  ({
    ...{ urn: urn(name), type, op: "create", started: 0, ended: 1, failed: false },
    metadata: { new: { inputs: { chain: { name: "chain138" }, deployment: name } } },
    ...more,
  }) as unknown as Step;
const inState = (name: string, transaction: string): StateResource => ({
  ...{ urn: urn(name), type },
  outputs: { chain: { name: "chain138", chainId: 138 }, deployment: name, transaction },
});

it("counts what the run deployed, took over and failed to deploy, and a failed contract is one of the contracts", () => {
  const done = [step("A"), step("B"), step("C", { failed: true }), step("D", { op: "same" })];
  const resources = [inState("A", "0x01"), inState("B", ""), inState("D", "0x02")];
  expect(contractCounts(done, resources)).toEqual([
    {
      ...{ chain: "chain138", contracts: 4, verified: 0, notVerified: 0 },
      ...{ deployed: 1, adopted: 1, failed: 1 },
    },
  ]);
});

it("counts a chain on which every contract failed, and a failed replacement once", () => {
  expect(contractCounts([step("A", { failed: true })], [])).toMatchObject([
    { contracts: 1, deployed: 0, failed: 1 },
  ]);
  expect(
    contractCounts([step("A", { op: "create-replacement", failed: true })], [inState("A", "0x01")]),
  ).toMatchObject([{ contracts: 1, failed: 1 }]);
});
