import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ServiceManager } from "./service-manager";

let root: string;
let manager: ServiceManager;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "systemd-"));
  mkdirSync(join(root, "etc/systemd/system"), { recursive: true });
  manager = new ServiceManager({
    id: root,
    root,
    toHost: (path) => path,
    environment: () => ({ PATH: process.env.PATH ?? "" }),
    onChange: () => {},
  });
});
afterEach(async () => {
  await manager.execute(["stop", "job"]);
  rmSync(root, { recursive: true, force: true });
});

function unit(lines: string): void {
  writeFileSync(join(root, "etc/systemd/system/job.service"), `[Service]\nWorkingDirectory=/\n${lines}\n`);
}

const oneshot = (command: string, more = "") =>
  unit(`Type=oneshot\nExecStart=/bin/sh -c "${command}"\n${more}`);

async function shown(): Promise<string> {
  const properties = "ActiveState,SubState,Result,ExecMainStatus";
  const { stdout = "" } = await manager.execute(["show", "-p", properties, "job"]);
  return stdout.trim().replaceAll("\n", " ");
}

test("a oneshot unit remains active after its end, and a restart runs its command again", async () => {
  const log = join(root, "runs");
  oneshot(`echo run >> ${log}`, "RemainAfterExit=yes");
  expect(await shown()).toBe("Result=success ExecMainStatus=0 ActiveState=inactive SubState=dead");
  expect(await manager.execute(["start", "job"])).toEqual({});
  expect(await shown()).toBe("Result=success ExecMainStatus=0 ActiveState=active SubState=exited");
  await manager.execute(["start", "job"]);
  await manager.execute(["restart", "job.service"]);
  expect(readFileSync(log, "utf8")).toBe("run\nrun\n");
});

test("a command that fails makes the unit fail, and reset-failed forgets the failure", async () => {
  oneshot("exit 3");
  expect(await manager.execute(["start", "job"])).toMatchObject({ exit: 1 });
  expect(await shown()).toBe("Result=exit-code ExecMainStatus=3 ActiveState=failed SubState=failed");
  await manager.execute(["reset-failed", "job"]);
  expect(await shown()).toBe("Result=success ExecMainStatus=0 ActiveState=inactive SubState=dead");
});

test("without blocking, a restart ends what runs and shows at once that it is under way", async () => {
  oneshot("sleep 600");
  await manager.execute(["start", "--no-block", "job"]);
  expect(await shown()).toContain("ActiveState=activating SubState=start");
  const id = async () => (await manager.execute(["show", "--value", "-pInvocationID", "job"])).stdout;
  const first = await id();
  await manager.execute(["restart", "--no-block", "job"]);
  expect(await shown()).not.toContain("ActiveState=active ");
  while ((await id()) === first) {
    await delay(10);
  }
  expect(await shown()).toContain("ActiveState=activating SubState=start");
});

test("a stop ends all processes of a unit; a oneshot that was stopped has failed by a signal", async () => {
  oneshot("sleep 600 & sleep 600");
  await manager.execute(["start", "--no-block", "job"]);
  await manager.execute(["stop", "job"]);
  expect(await shown()).toBe("Result=signal ExecMainStatus=15 ActiveState=failed SubState=failed");
});

test("a start that takes longer than the unit allows fails by a timeout", async () => {
  oneshot("sleep 600", "TimeoutStartSec=1");
  await manager.execute(["start", "job"]);
  expect(await shown()).toContain("Result=timeout");
});

test("a simple unit is active while it runs, and an enabled one starts with the machine", async () => {
  unit("ExecStart=/bin/sleep 600");
  await manager.execute(["enable", "job"]);
  expect(manager.isActive("job")).toBe(false);
  await manager.startEnabled();
  expect(manager.isActive("job")).toBe(true);
  await manager.execute(["disable", "--now", "job"]);
  expect(await shown()).toBe("Result=success ExecMainStatus=15 ActiveState=inactive SubState=dead");
});

test("what does not exist or is not understood is refused", async () => {
  expect(await manager.execute(["start", "job"])).toMatchObject({ exit: 5 });
  unit("ExecStart=/bin/true\nProtectHome=yes");
  expect(await manager.execute(["start", "job"])).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/ProtectHome/),
  });
  expect((await manager.execute(["show", "--property=LoadState", "job"])).stdout).toBe(
    "LoadState=bad-setting\n",
  );
  expect(await manager.execute(["isolate", "job"])).toMatchObject({ exit: 1 });
  expect(await manager.execute(["start", "--wait", "job"])).toMatchObject({ exit: 1 });
});
