import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { besuPod } from "./pod";

/** How long Besu answers that it is ready after a start, whatever its distance to its peers is. Seen with Besu 25.10.0. */
const BLIND_SECONDS = 5;

const { readinessProbe } = (
  besuPod({
    role: "rpc",
    image: "hyperledger/besu:26.9.0",
    cpu: "1",
    memory: "1Gi",
    zoneSpread: "DoNotSchedule",
    maxPeers: 100,
    options: {},
    genesisConfigMap: "genesis",
    staticNodesConfigMap: "static-nodes",
    hosts: [],
    nodeSelector: {},
    tolerations: [],
  }).containers as { readinessProbe: { periodSeconds: number; successThreshold?: number } }[]
)[0] ?? { readinessProbe: { periodSeconds: 0 } };

/**
 * When the kubelet marks a container ready: after as many successes in a row as the probe's threshold, of probes at a
 * fixed period (pkg/kubelet/prober/worker.go). The first probe comes at any time within a period.
 */
function readyAt(answersReady: (seconds: number) => boolean, firstProbe: number): number {
  const { periodSeconds, successThreshold = 1 } = readinessProbe;
  let inARow = 0;
  for (let seconds = firstProbe; ; seconds += periodSeconds) {
    inARow = answersReady(seconds) ? inARow + 1 : 0;
    if (inARow === successThreshold) {
      return seconds;
    }
  }
}

describe("the readiness of a node that starts behind its peers", () => {
  it("comes only after the node has caught up, whenever the kubelet probes", () => {
    const caughtUp = fc.double({ min: BLIND_SECONDS + 0.1, max: 600, noNaN: true });
    const firstProbe = fc.double({ min: 0, max: 5, noNaN: true });
    fc.assert(
      fc.property(caughtUp, firstProbe, (caughtUpAt, phase) => {
        const answersReady = (seconds: number) => seconds <= BLIND_SECONDS || seconds >= caughtUpAt;
        expect(readyAt(answersReady, phase)).toBeGreaterThanOrEqual(caughtUpAt);
      }),
    );
  });
});
