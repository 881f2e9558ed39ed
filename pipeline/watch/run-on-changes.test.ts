import { describe, expect, it } from "vitest";
import { type Runs, runOnChanges } from "./run-on-changes";

/** Runs that the test ends by hand. A run that is asked to stop ends with 130, as the pipeline does. */
function runsByHand() {
  const started: { first: boolean; end: (code: number) => void }[] = [];
  const said: string[] = [];
  const runs: Runs = runOnChanges({
    start: (first) => {
      let end = (_: number) => {};
      const ended = new Promise<number>((resolve) => {
        end = resolve;
      });
      started.push({ first, end });
      return { ended, stop: () => end(130) };
    },
    say: (line) => said.push(line),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const last = () => started.at(-1);
  return { runs, started, said, settle, end: (code: number) => last()?.end(code) };
}

describe("runs that follow changes", () => {
  it("begin at once, and again after a change", async () => {
    const { runs, started, said, settle, end } = runsByHand();
    expect(started.map(({ first }) => first)).toEqual([true]);
    end(0);
    await settle();
    expect(started).toHaveLength(1);
    runs.changed(["a.ts", "b.ts"]);
    await settle();
    expect(started.map(({ first }) => first)).toEqual([true, false]);
    expect(said).toEqual(["Waiting for changes. Ctrl+C ends the pipeline.", "Changed: a.ts and 1 more."]);
  });

  it("end with the exit code of the last run if they are ended while they wait", async () => {
    const { runs, settle, end } = runsByHand();
    end(0);
    await settle();
    runs.changed(["a.ts"]);
    await settle();
    end(1);
    await settle();
    runs.end();
    expect(await runs.ended).toBe(1);
  });

  it("end with that of the stopped run if they are ended while one is in progress", async () => {
    const { runs, started } = runsByHand();
    runs.end();
    expect(await runs.ended).toBe(130);
    expect(started).toHaveLength(1);
  });

  it("stop a run whose files change, and start one in its place", async () => {
    const { runs, started, said, settle, end } = runsByHand();
    runs.changed(["a.ts"]);
    await settle();
    expect(started).toHaveLength(2);
    expect(said).toEqual(["Changed: a.ts."]);
    end(0);
    await settle();
    runs.end();
    expect(await runs.ended).toBe(0);
  });

  it("go on if a change comes at the moment in which a run ends", async () => {
    const { runs, started, settle, end } = runsByHand();
    end(1);
    runs.changed(["a.ts"]);
    await settle();
    expect(started).toHaveLength(2);
    end(0);
    await settle();
    runs.end();
    expect(await runs.ended).toBe(0);
  });
});
