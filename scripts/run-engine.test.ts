import { expect, it } from "vitest";
import { RUN_AGENT } from "./engine/lock";
import { type EngineRun, runEngine } from "./run-engine";

it.each(["up", "destroy"] as const)(
  "the engine of %s runs under the name by which a later run recognizes the holder of its lock",
  async (mode) => {
    const agents: (string | undefined)[] = [];
    const operation = async ({ userAgent }: { readonly userAgent?: string }) => {
      agents.push(userAgent);
    };
    const run = {
      mode,
      stack: { name: "dev", up: operation, destroy: operation },
      parallel: 1,
      record: { events: [] },
      progress: {},
      isCancelled: () => false,
    } as unknown as EngineRun;
    expect(await runEngine(run)).toBeUndefined();
    expect(agents).toEqual([RUN_AGENT]);
  },
);
