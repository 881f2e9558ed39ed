import { generateIdentity, identityToRecipient } from "age-encryption";
import { keccak256, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { type Backup, decryptBackup, encryptBackup } from "./backup-file";
import { NOTHING } from "./holdings";
import { withBackup } from "./restored";

const keyOf = (number: number) => keccak256(numberToHex(number + 1));
const backup: Backup = {
  format: "chainfleet-keys",
  version: 1,
  network: "chain138",
  genesis: "{}",
  genesisHash: "0x01",
  keys: ["north", "south"].map((region, number) => ({
    region,
    validator: "validator-0",
    address: `0x0${number}`,
    nodeId: String(number).repeat(128),
    privateKey: keyOf(number),
  })),
};

describe("the file of a backup", () => {
  it("is opened by each of its recipients, in a file of several identities, and by nobody else", async () => {
    const [ada, grace, eve] = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()]);
    const recipients = await Promise.all([ada, grace].map(identityToRecipient));
    const text = await encryptBackup(backup, recipients);
    expect(text).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    expect(text).not.toContain("chain138");
    expect(await decryptBackup(text, `# created: today\n# public key: age1…\n${ada}\n`)).toEqual(backup);
    expect(await decryptBackup(text, `${eve}\n${grace}\n`)).toEqual(backup);
    await expect(decryptBackup(text, eve)).rejects.toThrow("BACKUP_UNREADABLE");
    await expect(decryptBackup(text, "no key")).rejects.toThrow("AGE-SECRET-KEY-");
    const middle = Math.floor(text.length / 2);
    const damaged = `${text.slice(0, middle)}${text[middle] === "A" ? "B" : "A"}${text.slice(middle + 1)}`;
    await expect(decryptBackup(damaged, ada)).rejects.toThrow("BACKUP_UNREADABLE");
  });

  it("is refused if it contains something else, and is not written for what is no recipient", async () => {
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const other = await encryptBackup({ ...backup, format: "other" } as unknown as Backup, [recipient]);
    await expect(decryptBackup(other, identity)).rejects.toThrow("no backup of a network's keys");
    await expect(encryptBackup(backup, ["ssh-ed25519"])).rejects.toThrow("RECIPIENT_INVALID");
  });
});

describe("what clusters and a backup hold together", () => {
  const network = {
    name: "chain138",
    regions: [
      { name: "north", validators: 1 },
      { name: "south", validators: 1 },
    ],
  };
  const north = { ...NOTHING, keys: new Map([["validator-0", keyOf(0)]]), genesis: "{}" };

  it("is the backup's for a cluster that has nothing or does not answer, and the cluster's otherwise", () => {
    for (const lost of [NOTHING, { error: "connection refused" }]) {
      const { holdings, obstacles } = withBackup(network, [north, lost], backup);
      expect(obstacles).toEqual([]);
      expect(holdings.map((held) => ("error" in held ? [] : [...held.keys.values()]))).toEqual([
        [keyOf(0)],
        [keyOf(1)],
      ]);
      expect(holdings[1]).toMatchObject({ genesis: "{}", nodeIds: ["0".repeat(128), "1".repeat(128)] });
    }
  });

  it("contradicts itself if a cluster has another key, or the backup is of another network", () => {
    const other = { ...NOTHING, keys: new Map([["validator-0", keyOf(7)]]) };
    expect(withBackup(network, [other, NOTHING], backup).obstacles).toEqual([
      expect.stringContaining("north/validator-0: the cluster has another key than the backup"),
    ]);
    expect(withBackup({ ...network, name: "test" }, [north, NOTHING], backup).obstacles).toEqual([
      "the backup is of the network chain138, and the config's network is test",
    ]);
  });
});
