import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serve } from "../plugin/serve";
import { ended, type TestProject, testProject } from "../testing/test-project";
import { commandPlugin } from "./plugin";

let project: TestProject;
let plugin: { port: number; close(): Promise<void> };

beforeEach(async () => {
  plugin = await serve(commandPlugin, 0);
});
afterEach(async () => {
  await plugin.close();
  project.remove();
});

const pulumi = (...args: string[]) =>
  project.pulumi(args, { PULUMI_DEBUG_PROVIDERS: `command:${plugin.port}` });
const up = ["up", "--yes", "--skip-preview", "--non-interactive"];

test("commands run on create, update and delete; output that contains a secret stays secret", async () => {
  project = await testProject(`
    import * as pulumi from "@pulumi/pulumi";
    import { local } from "@pulumi/command";
    const config = new pulumi.Config();
    const made = new local.Command("made", {
      create: "echo visible-line; echo made >> life",
      update: "echo updated >> life; echo now $WHO",
      delete: "echo deleted after $PULUMI_COMMAND_STDOUT >> life",
      environment: { WHO: config.get("who") ?? "nobody" },
      dir: ${JSON.stringify("PROJECT")},
    });
    new local.Command("secretive", {
      create: "echo leaked $TOKEN",
      environment: { TOKEN: config.requireSecret("token") },
      logging: "none",
    });
    export const stdout = made.stdout;
  `);
  project.write(
    "index.ts",
    readFileSync(join(project.folder, "index.ts"), "utf8").replace("PROJECT", project.folder),
  );
  await pulumi("config", "set", "--secret", "token", "hunter2");
  const first = await pulumi(...up);
  expect(first.code, first.output).toBe(0);
  expect(first.output).toContain("visible-line");
  expect(first.output).not.toContain("hunter2");
  expect((await pulumi("stack", "export")).output).not.toContain("hunter2");
  expect((await pulumi(...up, "--expect-no-changes")).code).toBe(0);

  await pulumi("config", "set", "who", "somebody");
  const preview = await pulumi("preview", "--non-interactive");
  expect(preview.output).toMatch(/1 to update/);
  expect((await pulumi(...up)).code).toBe(0);
  expect((await pulumi("stack", "output", "stdout")).output.trim()).toBe("now somebody");
  expect((await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).code).toBe(0);
  expect((await pulumi("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(readFileSync(join(project.folder, "life"), "utf8")).toBe(
    "made\nupdated\ndeleted after now somebody\n",
  );
});

test("a killed engine's command ends with it", async () => {
  project = await testProject(`
    import { local } from "@pulumi/command";
    new local.Command("long", { create: "echo $$ > started; sleep 1000", dir: process.cwd() });
  `);
  const started = join(project.folder, "started");
  const engine = project.start(up, { PULUMI_DEBUG_PROVIDERS: `command:${plugin.port}` });
  const run = ended(engine);
  await vi.waitFor(() => expect(existsSync(started) && readFileSync(started, "utf8")).toMatch(/\d/), 60_000);
  const pid = readFileSync(started, "utf8").trim();
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  engine.kill("SIGKILL");
  await run;
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 20_000);
});
