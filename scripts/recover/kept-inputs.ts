import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../../components/root";
import { plainStackName } from "../../stacks/config/written/written-config";
import type { State, StateResource } from "../engine/state";

/** The program's inputs of resources by URN. Secrets are encrypted, as in the state. */
export type InputsByUrn = Readonly<Record<string, StateResource["inputs"]>>;

/**
 * The program's inputs of the resources of a recovery, on disk until the recovery has ended. The read of a resource without
 * outputs takes all defaults of the service into the inputs, and the next run would take these defaults away again: for
 * some properties by replacing the resource. A recovery that fails or is killed after such a read leaves these inputs in the
 * state, and only this file tells the next recovery what they were.
 */
export class KeptInputs {
  readonly #file: string;

  constructor(stackName: string) {
    this.#file = join(PROJECT_ROOT, ".chainfleet/recoveries", `${plainStackName(stackName)}.json`);
  }

  /** The inputs that a recovery which did not end has kept. */
  read(): InputsByUrn {
    return existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, "utf8")) as InputsByUrn) : {};
  }

  /** Keeps inputs in the place of those that were kept before. */
  write(inputs: InputsByUrn): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#file}.part`, JSON.stringify(inputs), { mode: 0o600 });
    renameSync(`${this.#file}.part`, this.#file);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

/** Puts inputs back into the resources of a state. Pure. */
export function withInputs(inputs: InputsByUrn, state: State): State {
  return {
    ...state,
    resources: (state.resources ?? []).map((resource) => ({
      ...resource,
      inputs: inputs[resource.urn] ?? resource.inputs ?? {},
    })),
  };
}
