import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Wallet } from "@ethereumjs/wallet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountOf, type Sender } from "./sender";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keystore-"));
  process.env["SENDER_TEST_RIGHT"] = "right";
  process.env["SENDER_TEST_WRONG"] = "wrong horse";
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  Reflect.deleteProperty(process.env, "SENDER_TEST_RIGHT");
  Reflect.deleteProperty(process.env, "SENDER_TEST_WRONG");
});

const wallet = Wallet.generate();
const senderWith = (text: string, passwordVariable: string): Sender => {
  const file = join(folder, `${passwordVariable}-${text.length}.json`);
  writeFileSync(file, text);
  return {
    address: wallet.getAddressString() as Sender["address"],
    key: { kind: "keystore", file: relative(process.cwd(), file), passwordVariable },
  };
};
const open = (sender: Sender) => accountOf(sender, () => undefined);

describe("a keystore", () => {
  it("opens with its password", async () => {
    const text = await wallet.toV3String("right", { n: 1024 });
    const { address } = await open(senderWith(text, "SENDER_TEST_RIGHT"));
    expect(address.toLowerCase()).toBe(wallet.getAddressString());
  });

  it("does not open with another password, and the error quotes neither password", async () => {
    const opening = open(senderWith(await wallet.toV3String("right", { n: 1024 }), "SENDER_TEST_WRONG"));
    await expect(opening).rejects.toThrow(
      /does not open with the password of SENDER_TEST_WRONG\.\nSet SENDER_TEST_WRONG to this keystore's password/,
    );
    await expect(opening).rejects.toMatchObject({ code: "KEYSTORE_WRONG_PASSWORD" });
    await expect(opening).rejects.not.toThrow(/horse|right/);
  });

  it.each(["0xc0ffee", "{}", "null", '{"version":3}', '{"version":3,"crypto":{"kdf":"other"}}'])(
    "is refused if the file is not a keystore: %s",
    async (text) => {
      const opening = open(senderWith(text, "SENDER_TEST_RIGHT"));
      await expect(opening).rejects.toMatchObject({ code: "KEYSTORE_INVALID" });
      await expect(opening).rejects.not.toThrow(/password|0xc0ffee/);
    },
  );
});
