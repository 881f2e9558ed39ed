import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { rpc } from "./rpc";

/**
 * A chain's state on disk: `state.json.gz`, replaced atomically, so that a kill at any moment leaves the last saved
 * state. (Anvil's own `--state` writes in place: anvil cannot start again after a kill during such a write.)
 */
export class SavedState {
  readonly #saved: string;
  readonly #restored: string;
  #lastSave: Promise<void> | undefined;

  constructor(folder: string) {
    this.#saved = join(folder, "state.json.gz");
    this.#restored = join(folder, "restored.json");
  }

  /** Writes the file that anvil loads; undefined if no state was saved. Call `discardRestored` once anvil has read the file. */
  restore(): string | undefined {
    if (!existsSync(this.#saved)) {
      return undefined;
    }
    writeFileSync(this.#restored, gunzipSync(readFileSync(this.#saved)), { mode: 0o600 });
    return this.#restored;
  }

  /** Deletes the file that `restore` wrote. */
  discardRestored(): void {
    rmSync(this.#restored, { force: true });
  }

  /** Saves the chain with all its blocks. Concurrent saves run one after the other. */
  async save(url: string): Promise<void> {
    const previous = this.#lastSave;
    const saving = (async () => {
      await previous?.catch(() => {});
      const state = await rpc<string>(url, "anvil_dumpState");
      writeFileSync(`${this.#saved}.new`, Buffer.from(state.slice(2), "hex"), { mode: 0o600 });
      renameSync(`${this.#saved}.new`, this.#saved);
    })();
    this.#lastSave = saving;
    await saving;
  }
}
