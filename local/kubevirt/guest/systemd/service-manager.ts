import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandAnswer } from "../commands";
import { INACTIVE, shownProperties } from "./properties";
import { Unit, type UnitSurroundings } from "./unit";
import { parseUnitFile, type ServiceUnit } from "./unit-file";

/** What the services of a machine share. */
export interface ManagerSurroundings extends Pick<UnitSurroundings, "toHost" | "environment"> {
  readonly id: string;
  /** The folder that stands for the machine's disk. */
  readonly root: string;
  /** Called after each change of a unit's state. */
  onChange(): void;
}

/**
 * The service manager of a machine: systemd in the part that a storage benchmark uses.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/systemctl.html
 */
export class ServiceManager {
  readonly #units = new Map<string, Unit>();
  #isClosed = false;

  constructor(readonly surroundings: ManagerSurroundings) {
    mkdirSync(this.#folder, { recursive: true });
  }

  isActive(unit: string): boolean {
    return this.#units.get(fullName(unit))?.state.activeState === "active";
  }

  /** Writes nothing any more: the machine's disk is about to go. */
  close(): void {
    this.#isClosed = true;
  }

  /** Starts the enabled units, as a boot does. */
  async startEnabled(): Promise<void> {
    for (const name of this.#enabled()) {
      await this.#existing(name)?.start();
    }
  }

  /** Reads a unit's file, so that its properties are shown. */
  load(name: string): void {
    this.#write(fullName(name));
  }

  /** Runs `systemctl` with the arguments. */
  async execute(words: readonly string[]): Promise<CommandAnswer> {
    const args = joinedProperties(words);
    const [verb = "", ...names] = args.filter((arg) => !arg.startsWith("-"));
    const options = args.filter((arg) => arg.startsWith("-"));
    const unknown = options.filter((option) => !KNOWN_OPTIONS.some((known) => option.startsWith(known)));
    if (unknown.length > 0) {
      return failure(`systemctl: the stand-in does not know the option ${unknown[0]}`, 1);
    }
    const blocks = !options.includes("--no-block");
    const units = names.map(fullName);
    switch (verb) {
      case "daemon-reload":
        for (const name of this.#units.keys()) {
          this.#write(name);
        }
        return {};
      case "start":
      case "restart":
      case "stop":
        return this.#each(units, (name) => this.#job(verb, name, blocks));
      case "enable":
      case "disable":
        return this.#each(units, (name) => this.#enable(verb, name, options.includes("--now"), blocks));
      case "reset-failed":
        for (const name of units.length > 0 ? units : [...this.#units.keys()]) {
          this.#units.get(name)?.reset();
        }
        return {};
      case "show":
        return { stdout: units.map((name) => this.#shown(name, options)).join("\n") };
      case "is-active":
        return { stdout: `${this.#units.get(units[0] ?? "")?.state.activeState ?? "inactive"}\n`, exit: 3 };
      default:
        return failure(`systemctl: the stand-in does not know ${verb}`, 1);
    }
  }

  async #job(verb: string, name: string, blocks: boolean): Promise<CommandAnswer> {
    const unit = this.#existing(name);
    if (unit === undefined) {
      return failure(`Failed to ${verb} ${name}: Unit ${name} not found.`, 5);
    }
    try {
      unit.definition();
    } catch (error) {
      return failure(
        `Failed to ${verb} ${name}: Unit ${name} has a bad unit file setting. ${(error as Error).message}`,
        1,
      );
    }
    const work = async () => {
      if (verb !== "start") {
        await unit.stop();
      }
      if (verb !== "stop") {
        await unit.start();
      }
    };
    if (!blocks) {
      work().catch((error: Error) => console.error(`${this.surroundings.id}: ${name}: ${error.message}`));
      return {};
    }
    await work();
    return verb !== "stop" && unit.state.activeState === "failed"
      ? failure(`Job for ${name} failed because the control process exited with error code.`, 1)
      : {};
  }

  async #enable(verb: string, name: string, now: boolean, blocks: boolean): Promise<CommandAnswer> {
    if (this.#existing(name) === undefined) {
      return failure(`Failed to ${verb} unit: Unit file ${name} does not exist.`, 1);
    }
    const link = join(this.surroundings.root, WANTS, name);
    mkdirSync(join(this.surroundings.root, WANTS), { recursive: true });
    if (verb === "enable") {
      writeFileSync(link, "");
    } else {
      rmSync(link, { force: true });
    }
    this.#write(name);
    return now ? this.#job(verb === "enable" ? "start" : "stop", name, blocks) : {};
  }

  async #each(
    names: readonly string[],
    work: (name: string) => Promise<CommandAnswer>,
  ): Promise<CommandAnswer> {
    if (names.length === 0) {
      return failure("Too few arguments.", 1);
    }
    let worst: CommandAnswer = {};
    for (const name of names) {
      const answer = await work(name);
      worst = answer.exit ? answer : worst;
    }
    return worst;
  }

  #shown(name: string, options: readonly string[]): string {
    this.#existing(name);
    const all = this.#text(name);
    const wanted = options.flatMap((option) =>
      option.startsWith(PROPERTY) ? option.slice(PROPERTY.length).split(",") : [],
    );
    const lines = all
      .split("\n")
      .filter((line) => wanted.length === 0 || wanted.some((property) => line.startsWith(`${property}=`)));
    return lines
      .map((line) => `${options.includes("--value") ? line.replace(/^[^=]*=/, "") : line}\n`)
      .join("");
  }

  /** The unit, if it has a file. */
  #existing(name: string): Unit | undefined {
    const known = this.#units.get(name);
    if (known !== undefined || this.#file(name) === undefined) {
      return known;
    }
    const { id, root, onChange, ...surroundings } = this.surroundings;
    const unit = new Unit(
      () => this.#definition(name),
      {
        ...surroundings,
        log: join(root, "var", "log", "units", `${name}.log`),
        marker: `${id}/${name}`,
      },
      () => {
        this.#write(name);
        onChange();
      },
    );
    this.#units.set(name, unit);
    this.#write(name);
    return unit;
  }

  #definition(name: string): ServiceUnit {
    return parseUnitFile(readFileSync(this.#file(name) ?? "", "utf8"));
  }

  #file(name: string): string | undefined {
    return ["etc/systemd/system", "usr/lib/systemd/system"]
      .map((folder) => join(this.surroundings.root, folder, name))
      .find(existsSync);
  }

  /** Writes what `systemctl show` prints into the file that the stand-in of systemctl reads. */
  #write(name: string): void {
    if (this.#isClosed) {
      return;
    }
    const file = join(this.#folder, name);
    writeFileSync(`${file}.tmp`, this.#text(name));
    renameSync(`${file}.tmp`, file);
  }

  #text(name: string): string {
    const state = this.#units.get(name)?.state ?? INACTIVE;
    const isEnabled = this.#enabled().includes(name);
    if (this.#file(name) === undefined) {
      return shownProperties({ name, type: "simple", loadState: "not-found", isEnabled }, state);
    }
    try {
      const { type } = this.#definition(name);
      return shownProperties({ name, type, loadState: "loaded", isEnabled }, state);
    } catch {
      return shownProperties({ name, type: "simple", loadState: "bad-setting", isEnabled }, state);
    }
  }

  #enabled(): string[] {
    const links = join(this.surroundings.root, WANTS);
    return existsSync(links) ? readdirSync(links) : [];
  }

  get #folder(): string {
    return join(this.surroundings.root, "run", "systemd", "units");
  }
}

/** The links to the enabled units. */
const WANTS = "etc/systemd/system/multi-user.target.wants";

const PROPERTY = "--property=";

const KNOWN_OPTIONS = ["--no-block", "--now", "--no-pager", "--quiet", "-q", PROPERTY, "--value"];

/** The words with every form of the option `--property` in its longest form. */
function joinedProperties(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (["-p", "--property"].includes(words[index - 1] ?? "")) {
      return [`${PROPERTY}${word}`];
    }
    if (["-p", "--property"].includes(word)) {
      return [];
    }
    return [/^-p./.test(word) ? `${PROPERTY}${word.slice(2)}` : word];
  });
}

function fullName(unit: string): string {
  return unit.includes(".") ? unit : `${unit}.service`;
}

function failure(stderr: string, exit: number): CommandAnswer {
  return { stderr: `${stderr}\n`, exit };
}
