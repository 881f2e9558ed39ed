import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { kill, processesWithVariable } from "../services/processes";
import { ended, type TestProject, testProject } from "../testing/test-project";
import { engine } from "./engine";

let project: TestProject;
afterEach(() => project.remove());

const up = ["up", "--yes", "--skip-preview", "--non-interactive"];

const PROGRAM = `
import { appendFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

const notTheType: number = "with a type error, which is not checked at run time";
const config = new pulumi.Config();
console.log("the program runs", notTheType);

class Plain extends pulumi.dynamic.Resource {
  declare readonly label: pulumi.Output<string>;
  constructor(name: string, label: string) {
    super({ create: async (inputs) => ({ id: "plain", outs: inputs }) }, name, { label });
  }
}

/** Fails at its first creation. The creations are counted in a file. */
class Flaky extends pulumi.dynamic.Resource {
  declare readonly attempts: pulumi.Output<number>;
  constructor(name: string, args: { file: string }, options: pulumi.CustomResourceOptions) {
    super({
      create: async (inputs) => {
        const fs = require("node:fs");
        fs.appendFileSync(inputs.file, "create\\n");
        const attempts = fs.readFileSync(inputs.file, "utf8").match(/create/g).length;
        if (attempts === 1) {
          // The engine calls error hooks only for resources that exist in part; an error with an id reports such a resource.
          const failure = new Error("the first attempt fails");
          throw Object.assign(failure, { id: "flaky", properties: inputs, reasons: [failure.message] });
        }
        return { id: "flaky", outs: { ...inputs, attempts } };
      },
    }, name, { attempts: undefined, ...args }, options);
  }
}

pulumi.runtime.registerResourceTransform(({ name, props, opts }) =>
  name === "transformed" ? { props: { ...props, label: "from the transform" }, opts } : undefined);

const file = config.require("file");
const note = (what: string) => () => appendFileSync(file, what + "\\n");
const flaky = new Flaky("flaky", { file }, {
  hooks: {
    beforeCreate: [note("before")],
    afterCreate: [note("after")],
    onError: [new pulumi.ErrorHook("again", async ({ errors }) => {
      note("error: " + errors[0])();
      return true;
    })],
  },
});
export const attempts = flaky.attempts;
export const label = new Plain("transformed", "from the program").label;
export const password = config.requireSecret("password");
`;

test("runs a TypeScript program with hooks, transforms, configuration and a dynamic provider", async () => {
  project = await testProject(PROGRAM);
  const file = join(project.folder, "log");
  await project.pulumi(["config", "set", "file", file]);
  await project.pulumi(["config", "set", "--secret", "password", "open sesame"]);
  const first = await project.pulumi(up);
  expect(first.output).toContain("the program runs with a type error, which is not checked at run time");
  expect(first.output).not.toContain("open sesame");
  expect(first.output).not.toContain("from $PATH");
  expect(first.code, first.output).toBe(0);
  expect(readFileSync(file, "utf8")).toMatch(
    /^before\ncreate\nerror: [\s\S]*the first attempt fails[\s\S]*create\nafter\n$/,
  );
  const { output } = await project.pulumi(["stack", "output", "--json"]);
  expect(JSON.parse(output)).toEqual({ attempts: 2, label: "from the transform", password: "[secret]" });
  expect((await project.pulumi(["destroy", "--yes", "--skip-preview"])).code).toBe(0);
});

test("an error in the program is shown once and makes the operation fail", async () => {
  project = await testProject(`throw new Error("nothing " + "works");`);
  const { code, output } = await project.pulumi(["preview", "--non-interactive"]);
  expect(code).not.toBe(0);
  expect(output.match(/Error: nothing works/g)?.length).toBe(1);
  expect(output).not.toContain("non-zero exit code");
});

test("the exit code of a program that calls process.exit is reported", async () => {
  project = await testProject("process.exit(5);");
  const { code, output } = await project.pulumi(["preview", "--non-interactive"]);
  expect(code).not.toBe(0);
  expect(output).toContain("Program exited with non-zero exit code: 5");
});

test("pulumi about shows the version of Node that runs the program", async () => {
  project = await testProject("");
  expect((await project.pulumi(["about"])).output).toContain(process.version);
});

const SLOW = `
import * as pulumi from "@pulumi/pulumi";
class Slow extends pulumi.dynamic.Resource {
  constructor(name: string, file: string) {
    super({
      create: async (inputs) => {
        require("node:fs").writeFileSync(inputs.file, String(process.pid));
        await new Promise((resolve) => setTimeout(resolve, 1_000_000));
        return { id: "slow", outs: inputs };
      },
    }, name, { file });
  }
}
new Slow("slow", new pulumi.Config().require("file"));
`;

test.each(["SIGKILL", "SIGTERM"] as const)(
  "when an engine is ended by %s, no process is left behind",
  async (signal) => {
    project = await testProject(SLOW);
    const file = join(project.folder, "started");
    await project.pulumi(["config", "set", "file", file]);
    const cli = project.start(up, { CHAINFLEET_TEST_MARK: project.folder });
    const run = ended(cli);
    const marked = () => processesWithVariable("CHAINFLEET_TEST_MARK", project.folder);
    try {
      await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 60_000, interval: 100 });
      // The engine, the language host, the program and the dynamic provider.
      expect(marked().length).toBeGreaterThanOrEqual(4);
      cli.kill(signal);
      if (signal === "SIGTERM") {
        // After the first SIGTERM the engine waits for operations that are under way; after the second it ends at once.
        await vi.waitFor(() => expect(cli.kill(signal)).toBe(false), { timeout: 30_000, interval: 500 });
      }
      await vi.waitFor(() => expect(marked()).toEqual([]), { timeout: 30_000, interval: 100 });
      expect((await run).code).not.toBe(0);
    } finally {
      await kill(marked());
    }
  },
);

test("installations at the same time, in one process, find the same engine", async () => {
  project = await testProject("");
  const own = join(project.folder, "own");
  const found = await Promise.all(Array.from({ length: 20 }, () => engine(() => {}, own)));
  expect(new Set(found.map(({ folder }) => folder)).size).toBe(1);
});

test("when the language host is killed, the program ends too", async () => {
  project = await testProject("setInterval(() => {}, 1000); console.log('runs');");
  const cli = project.start(["preview", "--non-interactive"], { CHAINFLEET_TEST_MARK: project.folder });
  const run = ended(cli);
  const running = (name: string) =>
    processesWithVariable("CHAINFLEET_TEST_MARK", project.folder).filter(({ pid }) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(name),
    );
  try {
    await vi.waitFor(() => expect(running("cmd/run/")).toHaveLength(1), { timeout: 60_000, interval: 100 });
    await kill(running("pulumi-language-nodejs"));
    await vi.waitFor(() => expect(running("cmd/run/")).toEqual([]), { timeout: 30_000, interval: 100 });
    expect((await run).code).not.toBe(0);
  } finally {
    await kill(processesWithVariable("CHAINFLEET_TEST_MARK", project.folder));
  }
});

test.each([
  ["pulumi version 3.248.1", "echo v3.248.1", "path", "3.248.1"],
  ["pulumi version 3.100.0", "echo v3.100.0", "build", "3.248.0"],
  ["a pulumi that fails to run", "exit 1", "build", "3.248.0"],
])("%s on the PATH is used only if it can run the program", async (_, script, from, version) => {
  project = await testProject("");
  const bin = join(project.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
  const said: string[] = [];
  try {
    const own = join(project.folder, "own");
    const found = await engine((line) => said.push(line), own);
    // The official release is preferred to a build where it can be downloaded.
    expect(found.from === "installer" ? "build" : found.from).toBe(from);
    expect(found.version).toBe(version);
    expect(said.some((line) => line.includes("is not used"))).toBe(from !== "path");
    for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
      expect(existsSync(join(found.folder, name))).toBe(true);
    }
    said.length = 0;
    expect(await engine((line) => said.push(line), own)).toEqual(found);
    expect(said).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});
