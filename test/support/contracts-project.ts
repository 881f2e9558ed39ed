import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { build } from "../../components/contracts/build/build";
import { PROJECT_ROOT } from "../../components/root";

/** What a command printed and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** The program of this tree with a stack `test` of contracts alone, in a folder of its own. */
export class ContractsProject {
  readonly folder = mkdtempSync(join(tmpdir(), "chainfleet-contracts-"));

  /**
   * What this tree has built already is not built once more.
   *
   * @param environment of every command.
   */
  static async create(environment: Record<string, string>): Promise<ContractsProject> {
    const { sourcesHash } = await build(PROJECT_ROOT, () => {});
    return new ContractsProject(environment, sourcesHash);
  }

  private constructor(
    readonly environment: Record<string, string>,
    readonly sourcesHash: string,
  ) {
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(this.folder, "node_modules"));
    for (const name of [
      ...[
        "components",
        "stacks",
        "scripts",
        "bin",
        "contracts",
        "index.ts",
        "providers.js",
        "startup.ts",
        "typescript.js",
      ],
      ...["Pulumi.yaml", "package.json", "package-lock.json", "foundry.toml"],
    ]) {
      cpSync(join(PROJECT_ROOT, name), join(this.folder, name), {
        recursive: true,
        filter: (path) => !/contracts\/(out|cache)$/.test(path),
      });
    }
    const built = join(".chainfleet/contracts", sourcesHash);
    cpSync(join(PROJECT_ROOT, built), join(this.folder, built), { recursive: true });
    mkdirSync(join(this.folder, "state"));
  }

  /** Writes the stack's config. @param chains as under `chainfleet:contracts.chains`. */
  configure(chains: object, others: object = {}): void {
    writeFileSync(
      join(this.folder, "Pulumi.test.yaml"),
      stringify({
        config: {
          "chainfleet:stack": "contracts",
          "chainfleet:contracts": { salt: "test", chains },
          ...others,
        },
      }),
    );
  }

  /** Adds a contract without arguments to a chain of the config as it is, secrets included. */
  addContract(chain: string, name: string): void {
    const file = join(this.folder, "Pulumi.test.yaml");
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "chainfleet:contracts", "chains", chain, "contracts", name], {});
    writeFileSync(file, String(document));
  }

  /** Encrypts a value into the config. */
  setSecret(path: string, value: string): Promise<void> {
    return this.#set(["--secret", "--path", path], value);
  }

  /** Writes a value into the config as it is. */
  setPlain(path: string, value: string): Promise<void> {
    return this.#set(["--plaintext", "--path", path], value);
  }

  /** The value goes over standard input, as a user's should. */
  async #set(options: readonly string[], value: string): Promise<void> {
    const child = spawn("pulumi", ["config", "set", ...options, "--stack", "test"], {
      cwd: this.folder,
      env: this.#environment({}),
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin?.end(value);
    await once(child, "close");
  }

  /** `pulumi … --stack test`, started. */
  start(args: readonly string[], environment: Record<string, string> = {}, stack = "test"): ChildProcess {
    return spawn("pulumi", [...args, "--stack", stack, "--non-interactive"], {
      cwd: this.folder,
      env: this.#environment(environment),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  }

  /** `pulumi … --stack test`, to its end. */
  async run(args: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
    return finished(this.start(args, environment));
  }

  /** `chainfleet …`, to its end; its output is what it printed on standard output. */
  async chainfleet(args: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
    const child = spawn(join(this.folder, "bin/chainfleet"), args, {
      cwd: this.folder,
      env: this.#environment(environment),
      stdio: ["ignore", "pipe", "inherit"],
    });
    return finished(child);
  }

  /** Makes another stack that has these outputs, as if its program had run. */
  async stackWithOutputs(name: string, outputs: object): Promise<void> {
    const urn = `urn:pulumi:${name}::chainfleet::pulumi:pulumi:Stack::chainfleet-${name}`;
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    const file = join(this.folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest, resources } }));
    await finished(this.start(["stack", "init"], {}, name));
    await finished(this.start(["stack", "import", "--file", file], {}, name));
  }

  up(environment: Record<string, string> = {}): Promise<Finished> {
    return this.run(["up", "--yes", "--skip-preview"], environment);
  }

  /** The steps of a preview that are no `same`: operation and name of each resource. */
  async preview(): Promise<{ op: string; name: string; inputs: Record<string, unknown> }[]> {
    const { code, output } = await this.run(["preview", "--json"]);
    if (code !== 0) {
      throw new Error(output);
    }
    const { steps } = JSON.parse(output) as {
      steps: { op: string; urn: string; newState?: { inputs?: Record<string, unknown> } }[];
    };
    return steps
      .filter(({ op }) => op !== "same")
      .map(({ op, urn, newState }) => ({
        op,
        name: urn.split("::").at(-1) ?? "",
        inputs: newState?.inputs ?? {},
      }));
  }

  // biome-ignore lint/suspicious/noExplicitAny: outputs of every shape, read by path
  async outputs(): Promise<any> {
    return JSON.parse((await this.run(["stack", "output", "--json"])).output);
  }

  /** Everything that the engine keeps, as text. */
  stateText(): string {
    return this.#text("state");
  }

  /** The records of all runs of `chainfleet up`, as text. */
  recordText(): string {
    return this.#text(".chainfleet/runs");
  }

  #text(folder: string): string {
    return readdirSync(join(this.folder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** Forgets the stack as if its state had been lost. */
  async loseState(): Promise<void> {
    rmSync(join(this.folder, "state"), { recursive: true });
    mkdirSync(join(this.folder, "state"));
    await this.run(["stack", "init"]);
  }

  /** Kills the engine and everything that runs in the folder: language host, program, dynamic provider. */
  killAll(): void {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`) === this.folder) {
          process.kill(Number(pid), "SIGKILL");
        }
      } catch {
        // It ended meanwhile.
      }
    }
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  remove(): void {
    this.killAll();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #environment(more: Record<string, string>): NodeJS.ProcessEnv {
    return {
      ...process.env,
      // Beside each file Pulumi writes another one that a kill may tear: metadata=skip leaves it out.
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...this.environment,
      ...more,
    };
  }
}

async function finished(child: ChildProcess): Promise<Finished> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  return { code: code as number | null, output: Buffer.concat(chunks).toString() };
}
