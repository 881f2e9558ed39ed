import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobUnavailable } from "../run/job";
import { Cleanroom } from "./cleanroom";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cleanroom-"));
  mkdirSync(join(root, "local/node_modules"), { recursive: true });
  writeFileSync(join(root, "local/node_modules/.package-lock.json"), "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A pool that answers with a line, waits for the end of its input, and leaves a file when the room came back. */
function poolAnswers(answer: object): void {
  writeFileSync(
    join(root, "local/cleanroom"),
    `#!/bin/sh\necho '${JSON.stringify(answer)}'\necho "$1 $CHAINFLEET_LOCAL_INSTALL" >&2\ncat\ntouch '${root}/returned'\n`,
  );
  chmodSync(join(root, "local/cleanroom"), 0o755);
}
const context = (controller = new AbortController()) => ({
  signal: controller.signal,
  log: join(root, "log"),
});
const ROOM = { room: 1, warm: true, folder: "/room", environment: { A: "b" } };

describe("the cleanroom of a run", () => {
  it("is taken once, from a pool that installs nothing, and given back at the end", async () => {
    poolAnswers(ROOM);
    const cleanroom = new Cleanroom(root);
    const [first, second] = await Promise.all([cleanroom.take(context()), cleanroom.take(context())]);
    expect(first).toEqual({ folder: "/room", environment: { A: "b" } });
    expect(second).toBe(first);
    expect(readFileSync(join(root, "log"), "utf8")).toBe("hold never\n");
    expect(existsSync(join(root, "returned"))).toBe(false);
    await cleanroom.giveBack();
    expect(existsSync(join(root, "returned"))).toBe(true);
    await cleanroom.giveBack();
  });

  it("is not there if programs or packages have to be installed first, which is no failure", async () => {
    poolAnswers({ error: { code: "CLEANROOM_NOT_INSTALLED", summary: "local/env installs them." } });
    const error = await new Cleanroom(root).take(context()).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(JobUnavailable);
    expect((error as Error).message).toBe("local/env installs them.");
    rmSync(join(root, "local/node_modules"), { recursive: true });
    await expect(new Cleanroom(root).take(context())).rejects.toThrow("npm ci --prefix local");
  });

  it("is a failure if others have all rooms, and if the pool ends without an answer", async () => {
    poolAnswers({ error: { code: "CLEANROOMS_EXHAUSTED", summary: "All are in use.", next: "Wait." } });
    await expect(new Cleanroom(root).take(context())).rejects.toMatchObject({
      name: "JobFailure",
      message: "CLEANROOMS_EXHAUSTED: All are in use.\nWait.",
    });
    writeFileSync(join(root, "local/cleanroom"), "#!/bin/sh\nexit 1\n");
    await expect(new Cleanroom(root).take(context())).rejects.toMatchObject({ name: "JobFailure" });
  });

  it("is no longer waited for when the run is stopped", async () => {
    writeFileSync(join(root, "local/cleanroom"), "#!/bin/sh\ncat\n");
    chmodSync(join(root, "local/cleanroom"), 0o755);
    const controller = new AbortController();
    const taking = new Cleanroom(root).take(context(controller));
    controller.abort();
    await expect(taking).rejects.toMatchObject({ name: "JobFailure" });
  });
});
