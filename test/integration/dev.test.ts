import { afterAll, beforeAll, describe, expect } from "vitest";
import { recordCommandLines } from "../support/processes";
import { testContractCalls } from "./dev/contract-calls";
import { DevNetwork } from "./dev/dev-network";
import { testDriftAndUpdates } from "./dev/drift-and-updates";
import { testFailures } from "./dev/failures";
import { testGenesisAndMesh } from "./dev/genesis-and-mesh";
import { testKubernetesHardening } from "./dev/kubernetes-hardening";
import { testPreviewsAndRegions } from "./dev/previews-and-regions";
import { testRefusals } from "./dev/refusals";
import { testSecrecy } from "./dev/secrecy";
import { testTeardown } from "./dev/teardown";
import { testTopology } from "./dev/topology";

/**
 * The dev network on the local target, brought up once. The themes run in this order, because each of them continues
 * with the network that the one before it left.
 */
describe("the dev network", () => {
  const network = new DevNetwork();
  const commandLines: string[] = [];

  beforeAll(async () => {
    const stopRecording = recordCommandLines();
    const { code, stderr, summary } = await network.up();
    commandLines.push(...stopRecording());
    expect(code, stderr).toBe(0);
    expect(summary).toMatchObject({ stack: "dev", mode: "up", result: "succeeded" });
    expect(summary.regions.map(({ name, result, validators }) => [name, result, validators])).toEqual([
      ["eastus", "succeeded", 2],
      ["westeurope", "succeeded", 2],
      ["southeastasia", "succeeded", 2],
      ["us-west-2", "succeeded", 2],
      ["onprem", "succeeded", 2],
    ]);
    expect(summary.criticalPath.length).toBeGreaterThan(2);
  });

  afterAll(async () => {
    await network.checkout.close();
  });

  describe("topology", () => testTopology(network));
  describe("contract calls", () => testContractCalls(network.checkout));
  describe("Kubernetes hardening", () => testKubernetesHardening(network));
  describe("genesis and mesh", () => testGenesisAndMesh(network));
  describe("previews and regions", () => testPreviewsAndRegions(network));
  describe("refusals", () => testRefusals(network));
  describe("drift and rolling updates", () => testDriftAndUpdates(network));
  describe("secrecy", () => testSecrecy(network, commandLines));
  describe("partial failure and interruption", () => testFailures(network));
  describe("teardown", () => testTeardown(network));
});
