import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { engine } from "../engine/engine";
import { CHECKOUT } from "../root";

/** A Pulumi project for one test. Its folder is inside the checkout, so that its program finds the installed packages. */
export interface TestProject {
  readonly folder: string;
  /** Runs the real Pulumi CLI in the project's folder. */
  pulumi(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Run>;
  /** Starts the CLI and does not wait for its end. */
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): ChildProcess;
  write(file: string, content: string): void;
  remove(): void;
}

export interface Run {
  readonly code: number | null;
  /** Standard output and standard error, in the order in which their chunks arrived. */
  readonly output: string;
}

/**
 * Creates a project with the stack `test`.
 *
 * @param program content of index.ts.
 * @param variables of each run of the CLI, for instance of another backend. @default a backend of files in the project
 */
export async function testProject(
  program: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<TestProject> {
  const own = join(CHECKOUT, ".chainfleet");
  mkdirSync(join(own, "tests"), { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(own, "tests", "engine-"));
  const { folder: tools } = await engine(console.error, join(own, "local", "engine"));
  const write = (file: string, content: string) => writeFileSync(join(folder, file), content);
  write(
    "Pulumi.yaml",
    "name: tested\nruntime: {name: nodejs, options: {typescript: false, nodeargs: --require ../../../typescript.js}}\n",
  );
  write("package.json", JSON.stringify({ name: "tested", main: "index.ts" }));
  write("index.ts", program);
  mkdirSync(join(folder, "state"));
  const start: TestProject["start"] = (args, environment) =>
    spawn("pulumi", args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PATH: [tools, process.env.PATH].join(delimiter),
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...variables,
        ...environment,
      },
    });
  const project: TestProject = {
    folder,
    start,
    write,
    pulumi: (args, environment) => ended(start(args, environment)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  // Pulumi Cloud and the state service would otherwise encrypt the stack's secrets themselves.
  await project.pulumi(["stack", "init", "test", "--secrets-provider", "passphrase"]);
  return project;
}

/** Waits until the process has ended. */
export function ended(child: ChildProcess): Promise<Run> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk) => chunks.push(chunk));
  child.stderr?.on("data", (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString("utf8") }));
  });
}
