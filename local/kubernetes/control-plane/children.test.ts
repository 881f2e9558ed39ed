import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endStaleChildren, start } from "./children";

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "children-"));
});

afterEach(() => {
  rmSync(state, { recursive: true });
});

const sleeper = { name: "sleeper", command: "sleep", args: ["600"] };

test("only the children that an earlier control plane left on the folder are ended", async () => {
  const other = mkdtempSync(join(tmpdir(), "children-"));
  const left = start(sleeper, state);
  const stranger = start(sleeper, other);
  expect(await endStaleChildren(state)).toBe(1);
  expect(await left.ended).toBe("was ended by SIGKILL");
  expect(await endStaleChildren(state)).toBe(0);
  await stranger.stop(1000);
  expect(await stranger.ended).toBe("was ended by SIGTERM");
  rmSync(other, { recursive: true });
});
