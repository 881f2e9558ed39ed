import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ServiceProcess } from "../testing/service-process";
import { ended, type TestProject, testProject } from "../testing/test-project";
import { createStack, hasStack, type StateAccess, stateAccess } from "./access";
import { earlierStack, retireEarlierStack } from "./earlier-stack";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** Ten chains of five resources, each with a secret; a creation lasts CREATE_MS milliseconds. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
const provider = {
  async create(inputs: { name: string }) {
    await new Promise((done) => setTimeout(done, Number(process.env.CREATE_MS ?? 0)));
    return { id: inputs.name, outs: inputs };
  },
};
class Item extends pulumi.dynamic.Resource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { name, value: pulumi.secret("hidden value of " + name) }, opts);
  }
}
const items: Item[] = [];
for (let i = 0; i < 50; i++) {
  items.push(new Item("item-" + i, { dependsOn: i % 5 === 0 ? [] : [items[i - 1]!] }));
}
export const count = items.length;
`;
/** The items and the stack itself. */
const RESOURCES = 51;
/** The state also has the items' provider. */
const IN_STATE = 52;

let folder: string;
let service: ServiceProcess;
let access: StateAccess;
let project: TestProject;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
  service = await startService("state");
  access = stateAccess(service.url("http"), join(folder, "state"));
  project = await testProject(PROGRAM, { ...access, PULUMI_HOME: join(folder, "home") });
});

afterAll(async () => {
  await service.stop("SIGKILL");
  project.remove();
  rmSync(folder, { recursive: true, force: true });
});

function startService(name: string, ...options: string[]): Promise<ServiceProcess> {
  return ServiceProcess.start("local/state/main.ts", ["--state", join(folder, name), ...options]);
}

/** Runs the CLI, which has to succeed. */
async function pulumi(...args: readonly string[]): Promise<string> {
  const { code, output } = await project.pulumi([...args, "--non-interactive"]);
  expect(code, `pulumi ${args.join(" ")}:\n${output}`).toBe(0);
  return output;
}

interface Exported {
  readonly resources?: readonly { readonly urn: string }[];
  readonly pending_operations?: readonly { readonly type: string }[];
}

async function exported(): Promise<Exported> {
  return JSON.parse(await pulumi("stack", "export")).deployment;
}

interface HistoryEntry {
  readonly kind: string;
  readonly result: string;
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

async function history(): Promise<HistoryEntry[]> {
  return JSON.parse(await pulumi("stack", "history", "--json"));
}

test("a stack lives in the service from its first preview to its removal", async () => {
  await pulumi("preview");
  expect((await exported()).resources ?? []).toEqual([]);
  expect(await history()).toEqual([]);

  await pulumi("up", "--yes", "--skip-preview");
  expect((await exported()).resources).toHaveLength(IN_STATE);
  expect((await pulumi("stack", "output", "count")).trim()).toBe("50");
  expect(await history()).toMatchObject([
    { kind: "update", result: "succeeded", resourceChanges: { create: RESOURCES } },
  ]);

  await pulumi("refresh", "--yes", "--skip-preview");
  expect((await exported()).resources).toHaveLength(IN_STATE);

  await pulumi("stack", "tag", "set", "owner", "ada");
  expect((await pulumi("stack", "tag", "get", "owner")).trim()).toBe("ada");

  await pulumi("stack", "export", "--file", "exported.json");
  await pulumi("stack", "import", "--file", "exported.json");
  await pulumi("stack", "rename", "other");
  expect(await pulumi("preview")).toContain(`${RESOURCES} unchanged`);
  expect((await history()).map(({ kind }) => kind)).toEqual(["rename", "import", "refresh", "update"]);
  expect(JSON.parse(await pulumi("stack", "export", "--version", "1")).deployment.resources).toHaveLength(
    IN_STATE,
  );

  const refused = await project.pulumi(["stack", "rm", "--yes", "--non-interactive"]);
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining("still has resources") });
  await pulumi("destroy", "--yes", "--skip-preview");
  expect((await exported()).resources ?? []).toEqual([]);
  await pulumi("stack", "rm", "other", "--yes");
  expect(await hasStack(access, { project: "tested", name: "other" })).toBe(false);
});

describe("an update in the middle", () => {
  beforeEach(async () => {
    await pulumi("stack", "init", "test", "--secrets-provider", "passphrase");
    return async () => {
      await project.pulumi(["cancel", "--yes", "--non-interactive"]);
      await pulumi("stack", "rm", "test", "--yes", "--force");
    };
  });

  const up = ["up", "--yes", "--skip-preview", "--non-interactive"];

  /** Starts an update and waits until the service has the first resources of it. */
  async function startUp() {
    const cli = project.start(up, { CREATE_MS: "1000" });
    const finished = ended(cli);
    await vi.waitFor(async () => expect(((await exported()).resources ?? []).length).toBeGreaterThan(1), {
      timeout: 60_000,
      interval: 200,
    });
    return { cli, finished };
  }

  test("goes on when the service is killed and started again", async () => {
    const { finished } = await startUp();
    await service.stop("SIGKILL");
    service = await startService("state", "--port-http", String(service.ports["http"]));
    const { code, output } = await finished;
    expect(code, output).toBe(0);
    const { resources, pending_operations } = await exported();
    expect(resources).toHaveLength(IN_STATE);
    expect(pending_operations ?? []).toEqual([]);
    expect(await history()).toMatchObject([{ result: "succeeded" }]);
  });

  test("locks the stack after its engine was killed, until it is cancelled, and nothing that was written is lost", async () => {
    const { cli } = await startUp();
    cli.kill("SIGKILL");
    await once(cli, "exit");
    const left = await exported();
    expect(left.resources?.length).toBeLessThan(IN_STATE);
    expect(left.pending_operations?.map(({ type }) => type)).toContain("creating");
    expect(await history()).toMatchObject([{ result: "in-progress" }]);

    const locked = await project.pulumi(up);
    expect(locked.code).not.toBe(0);
    expect(locked.output).toContain("[409] Conflict: Another update is currently in progress.");
    await pulumi("cancel", "--yes");
    expect(await history()).toMatchObject([{ result: "failed" }]);
    expect((await exported()).resources).toEqual(left.resources);

    await pulumi(...up);
    expect((await exported()).resources).toHaveLength(IN_STATE);
  });

  test("keeps no journal if the client asks for none", async () => {
    const { code, output } = await project.pulumi(up, { PULUMI_DISABLE_JOURNALING: "true" });
    expect(code, output).toBe(0);
    expect((await exported()).resources).toHaveLength(IN_STATE);
  });
});

test("the services of two checkouts refuse each other's access tokens", async () => {
  const other = await startService("other");
  try {
    const theirs = { ...access, PULUMI_BACKEND_URL: other.url("http") };
    await expect(hasStack(theirs, { project: "tested", name: "test" })).rejects.toThrow(/401/);
  } finally {
    await other.stop("SIGTERM");
  }
});

test("a stack that was kept in files is taken over with its resources, once", async () => {
  const stack = { project: "tested", name: "earlier" };
  const files = join(folder, ".chainfleet", "state");
  const inFiles = { PULUMI_BACKEND_URL: `file://${files}` };
  mkdirSync(files, { recursive: true });
  for (const args of [
    ["stack", "init", "earlier"],
    ["up", "--yes", "--skip-preview", "--stack", "earlier"],
  ]) {
    const { code, output } = await project.pulumi([...args, "--non-interactive"], inFiles);
    expect(code, output).toBe(0);
  }
  const earlier = earlierStack(folder, stack);
  await createStack(access, stack, earlier ?? { version: 3, deployment: {} });
  retireEarlierStack(folder, stack);
  expect(await pulumi("preview", "--stack", "earlier")).toContain(`${RESOURCES} unchanged`);
  expect(earlierStack(folder, stack)).toBeUndefined();
});

test("the service knew every endpoint that the CLI used above, and had no fault", () => {
  const log = readFileSync(join(folder, "state", "logs", "state.log"), "utf8");
  expect(log).toContain("listening");
  expect(log).not.toMatch(/unknown endpoint|fault|panic/);
});
