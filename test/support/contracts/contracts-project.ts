import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { build } from "../../../components/contracts/build/build";
import { PROJECT_ROOT } from "../../../components/root";
import { type CommandResult, type RunningCommand, startCommand } from "../command";
import { changesOf, type PreviewStep } from "../engine-output";
import { filesIn } from "../files";
import { runningProcesses } from "../processes";
import { copyProgram } from "../program-copy";

/** Environment variables of a command. */
type Variables = Record<string, string>;

/** A copy of this tree's program in a temporary folder, with a stack `test` that has contracts only. */
export class ContractsProject {
  readonly folder = mkdtempSync(join(tmpdir(), "chainfleet-contracts-"));

  /**
   * Builds the contracts in this tree, so that no copy has to build them again.
   *
   * @param environment Variables of every command that the project runs; they can be added to later.
   */
  static async create(environment: Variables): Promise<ContractsProject> {
    const { sourcesHash } = await build(PROJECT_ROOT, () => {});
    return new ContractsProject(environment, sourcesHash);
  }

  private constructor(
    readonly environment: Variables,
    readonly sourcesHash: string,
  ) {
    copyProgram(this.folder);
    const buildFolder = join(".chainfleet/contracts", sourcesHash);
    cpSync(join(PROJECT_ROOT, buildFolder), this.path(buildFolder), { recursive: true });
    mkdirSync(this.path("state"));
  }

  /**
   * Writes the stack's config.
   *
   * @param chains The value of `chainfleet:contracts.chains`.
   * @param salt The value of `chainfleet:contracts.salt`.
   */
  configure(chains: object, salt = "test"): void {
    writeFileSync(
      this.path("Pulumi.test.yaml"),
      stringify({ config: { "chainfleet:stack": "contracts", "chainfleet:contracts": { salt, chains } } }),
    );
  }

  /** Adds a contract without arguments to a chain and keeps the rest of the config, its secrets included. */
  addContract(chain: string, name: string): void {
    const file = this.path("Pulumi.test.yaml");
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "chainfleet:contracts", "chains", chain, "contracts", name], {});
    writeFileSync(file, String(document));
  }

  /** Writes an encrypted value into the config. */
  setSecret(path: string, value: string): Promise<void> {
    return this.#setConfig("--secret", path, value);
  }

  /** Writes a value into the config without encrypting it. */
  setPlain(path: string, value: string): Promise<void> {
    return this.#setConfig("--plaintext", path, value);
  }

  async #setConfig(option: "--secret" | "--plaintext", path: string, value: string): Promise<void> {
    const args = ["config", "set", option, "--path", path, "--stack", "test"];
    // On the command line, the value would be visible in the list of processes.
    const { code, output } = await this.#start("pulumi", args, {}, value).finished;
    if (code !== 0) {
      throw new Error(output);
    }
  }

  /** Starts `pulumi … --stack test`. */
  start(args: readonly string[], environment: Variables = {}, stack = "test"): RunningCommand {
    return this.#start("pulumi", [...args, "--stack", stack, "--non-interactive"], environment);
  }

  /** Runs `pulumi … --stack test`. */
  run(args: readonly string[], environment: Variables = {}): Promise<CommandResult> {
    return this.start(args, environment).finished;
  }

  /** Runs `chainfleet …`. */
  chainfleet(args: readonly string[], environment: Variables = {}): Promise<CommandResult> {
    return this.#start(this.path("bin/chainfleet"), args, environment).finished;
  }

  #start(command: string, args: readonly string[], environment: Variables, input?: string): RunningCommand {
    return startCommand(command, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        // Pulumi writes a metadata file beside each state file; a kill can leave such a file incomplete.
        PULUMI_BACKEND_URL: `file://${this.path("state")}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...this.environment,
        ...environment,
      },
      // The engine gets a process group of its own, so that a signal to it does not reach this process.
      detached: true,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Creates another stack that has these outputs, as if its program had run. */
  async createStackWithOutputs(name: string, outputs: object): Promise<void> {
    const urn = `urn:pulumi:${name}::chainfleet::pulumi:pulumi:Stack::chainfleet-${name}`;
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    const file = this.path(`${name}.json`);
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest, resources } }));
    await this.start(["stack", "init"], {}, name).finished;
    await this.start(["stack", "import", "--file", file], {}, name).finished;
  }

  /** Runs `pulumi up`. */
  up(environment: Variables = {}): Promise<CommandResult> {
    return this.run(["up", "--yes", "--skip-preview"], environment);
  }

  /** The steps of a preview that change something. */
  async previewedChanges(): Promise<PreviewStep[]> {
    const { code, stdout, output } = await this.run(["preview", "--json"]);
    if (code !== 0) {
      throw new Error(output);
    }
    return changesOf(stdout);
  }

  /** The stack's outputs. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read outputs by path
  async outputs(): Promise<any> {
    return JSON.parse((await this.run(["stack", "output", "--json"])).stdout);
  }

  /** The text of all files in which the engine keeps the state. */
  stateText(): string {
    return this.#textOf("state");
  }

  /** The text of the records of all runs of `chainfleet up`. */
  recordText(): string {
    return this.#textOf(".chainfleet/runs");
  }

  #textOf(folder: string): string {
    return filesIn(this.path(folder))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n");
  }

  /** Deletes the state and creates the stack again, without state. */
  async loseState(): Promise<void> {
    rmSync(this.path("state"), { recursive: true });
    mkdirSync(this.path("state"));
    await this.run(["stack", "init"]);
  }

  /** Kills all processes that run in the folder: engine, language host, program and dynamic providers. */
  killAll(): void {
    for (const { pid } of runningProcesses().filter(
      ({ workingDirectory }) => workingDirectory === this.folder,
    )) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // The process has ended since the listing.
      }
    }
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  remove(): void {
    this.killAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How the config refers to an environment variable. */
export function variableReference(name: string): string {
  return `\${${name}}`;
}
