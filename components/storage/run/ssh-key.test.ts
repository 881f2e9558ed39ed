import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { expect, it } from "vitest";
import { ensureSshKey } from "./ssh-key";

it("every key that is made can be read, although ssh2 makes malformed ones", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ssh-key-"));
  for (let index = 0; index < 600; index += 1) {
    const file = join(folder, String(index), "id_ed25519");
    const { privateKey, publicKey } = await ensureSshKey(file);
    expect(utils.parseKey(privateKey)).not.toBeInstanceOf(Error);
    expect(utils.parseKey(publicKey)).not.toBeInstanceOf(Error);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

it("a key is made once", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "ssh-key-")), "id_ed25519");
  const [first, second] = await Promise.all([ensureSshKey(file), ensureSshKey(file)]);
  expect(second).toEqual(first);
});
