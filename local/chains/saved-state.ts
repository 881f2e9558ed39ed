import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { rpc } from "./rpc";

/**
 * A chain on disk: `state.json.gz`, replaced as a whole, so that a kill at any moment leaves the last one saved.
 * (Anvil's own `--state` writes in place: killed meanwhile, it does not start again.)
 */
export class SavedState {
  readonly #saved: string;
  readonly #restored: string;
  #under: Promise<void> | undefined;

  constructor(folder: string) {
    this.#saved = join(folder, "state.json.gz");
    this.#restored = join(folder, "restored.json");
  }

  /** The file for anvil to load; undefined if nothing was saved. To be deleted when anvil has read it. */
  restore(): string | undefined {
    if (!existsSync(this.#saved)) {
      return undefined;
    }
    writeFileSync(this.#restored, gunzipSync(readFileSync(this.#saved)), { mode: 0o600 });
    return this.#restored;
  }

  /** Deletes what `restore` wrote. */
  discardRestored(): void {
    rmSync(this.#restored, { force: true });
  }

  /** Saves the chain with all its blocks; one after the other. */
  async save(url: string): Promise<void> {
    const before = this.#under;
    const saving = (async () => {
      await before?.catch(() => {});
      const state = await rpc<string>(url, "anvil_dumpState");
      writeFileSync(`${this.#saved}.new`, Buffer.from(state.slice(2), "hex"), { mode: 0o600 });
      renameSync(`${this.#saved}.new`, this.#saved);
    })();
    this.#under = saving;
    await saving;
  }
}
