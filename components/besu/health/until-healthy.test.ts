import { expect, test } from "vitest";
import type { ObservedNode, ObservedRegion } from "./network-status";
import { EXPECTED, HEALTHY, observation, region, validator } from "./testing";
import { untilHealthy } from "./until-healthy";

const CHECK = { network: "chain138", expected: EXPECTED, blockPeriodSeconds: 2, timeoutSeconds: 60 };

/** A network that is observed by a clock that moves only when the check pauses, with a block in every two seconds. */
class Watch {
  readonly said: string[] = [];
  readonly aborting = new AbortController();
  readonly signal = this.aborting.signal;
  observations = 0;
  milliseconds = 0;

  constructor(readonly seen: (second: number, head: number) => readonly ObservedRegion[]) {}

  readonly observe = async () => {
    this.observations += 1;
    const second = this.milliseconds / 1000;
    return this.seen(second, 100 + Math.floor(second / 2));
  };
  readonly say = (line: string) => this.said.push(line);
  readonly pause = async (milliseconds: number) => {
    this.milliseconds += milliseconds;
  };
  readonly now = () => this.milliseconds;
}

const at = (head: number, last: Partial<ObservedNode> = {}) => {
  const read = { observation: observation(head) };
  return [
    region("eastus", validator(0, read), validator(1, read)),
    region("westus", validator(2, read), validator(3, { ...read, ...last })),
  ];
};
const silent = { observation: undefined, problem: "refused" };

test("a healthy network passes once its head was seen to move", async () => {
  const watch = new Watch((_, head) => at(head));
  await untilHealthy(CHECK, watch);
  expect(watch.milliseconds).toBeLessThan(5_000);
  expect(watch.said.at(-1)).toMatch(/^chain138 is healthy: block \d+, 4 validators sign$/);
});

test("it waits for a node that starts late, and says what it waits for when that changes", async () => {
  const watch = new Watch((second, head) => at(head, second < 30 ? silent : {}));
  await untilHealthy(CHECK, watch);
  expect(watch.milliseconds).toBeGreaterThan(30_000);
  expect(watch.said[0]).toBe("chain138 is not healthy yet: no answer (westus validator-1)");
  expect(watch.said.filter((line, index) => line === watch.said[index - 1])).toEqual([]);
  expect(watch.said.length).toBeLessThan(5);
  expect(watch.observations).toBeLessThan(30);
});

test("it ends with its time, naming each node and each condition", async () => {
  const watch = new Watch(() => at(100, silent));
  const failure = untilHealthy(CHECK, watch);
  await expect(failure).rejects.toMatchObject({ code: "NETWORK_UNHEALTHY" });
  const { summary, next } = await failure.catch((error) => error);
  expect(summary).toContain("chain138 was not healthy after 60 seconds");
  expect(summary).toContain("\n  westus validator-1: no answer: refused");
  expect(summary).toContain(
    "\n  eastus validator-0, eastus validator-1, westus validator-0: the head stands at block 100",
  );
  expect(next).toContain("read the log of the pod");
  expect(next).toContain("docs/runbook.md");
});

test("a healthy network passes although the first answers took all the time", async () => {
  const watch = new Watch((_, head) => at(head));
  const { observe } = watch;
  await untilHealthy(CHECK, {
    ...watch,
    observe: async () => {
      watch.milliseconds += 61_000;
      return observe();
    },
  });
  expect(watch.observations).toBe(2);
});

test("what waiting does not mend ends it at the first look", async () => {
  const watch = new Watch((_, head) => at(head, { observation: observation(3, { genesisHash: "0xbb" }) }));
  await expect(untilHealthy(CHECK, watch)).rejects.toThrow(
    "westus validator-1: the genesis block is 0xbb, and the network's is 0xaa",
  );
  expect(watch.observations).toBe(1);
});

test("it can be cancelled while it waits, and while a node does not answer", async () => {
  const waiting = new Watch(() => HEALTHY);
  const paused = untilHealthy(CHECK, {
    ...waiting,
    pause: async () => waiting.aborting.abort(),
  });
  await expect(paused).rejects.toMatchObject({ code: "HEALTH_CHECK_CANCELLED" });
  const asking = new Watch(() => HEALTHY);
  const asked = untilHealthy(CHECK, { ...asking, observe: () => new Promise(() => undefined) });
  asking.aborting.abort();
  await expect(asked).rejects.toThrow("was cancelled");
});
