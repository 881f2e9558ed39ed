import { expect, test } from "vitest";
import { readConfig } from "../read";

const REGIONS = JSON.stringify([
  { cloud: "azure", name: "eastus", validators: 2 },
  { cloud: "azure", name: "westus", validators: 2 },
]);
const read = (values: Readonly<Record<string, string>>) =>
  readConfig({ regions: REGIONS, ...values }, "Pulumi.test.yaml");

test("a network has no health gate unless the config has one", () => {
  expect(read({}).healthGate).toBeUndefined();
  expect(read({ healthGate: "{}" }).healthGate).toEqual({ missingPeers: {} });
});

test.each([
  [
    { missingPeers: { eastuss: 1 } },
    {},
    'healthGate.missingPeers.eastuss names no region of the network; did you mean "eastus"?',
  ],
  [{ missingPeers: { eastus: -1 } }, {}, "must be at least 0"],
  [{ timeoutSeconds: 7 }, {}, "healthGate.timeoutSeconds is 7, but 4 validators need 8 seconds"],
  [{ timeoutSeconds: 39 }, { network: '{"blockPeriodSeconds": 10}' }, "4 validators need 40 seconds"],
  [{}, { stack: "storage" }, "healthGate is of no use: the stack storage has no network"],
])("%j is refused with %j", (healthGate, others, text) => {
  expect(() => read({ healthGate: JSON.stringify(healthGate), ...others })).toThrow(text);
});

test("a time in which every validator has its turn is enough", () => {
  expect(read({ healthGate: '{"timeoutSeconds": 8}' }).healthGate?.timeoutSeconds).toBe(8);
});
