import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ContractsConfig } from "./contracts-schema";
import { variableFindings } from "./variable-findings";

const KEY = "CHAINFLEET_TEST_SENDER_KEY";
const privateKey = generatePrivateKey();
const owner = privateKeyToAddress(privateKey);

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What is said of a chain with this sender. */
async function findingsOfSender(sender: object, keys: Record<string, string> = {}): Promise<string> {
  const chain = { rpcUrl: "http://127.0.0.1:8545", sender, explorers: [] };
  const config = { chains: { chain138: chain } } as unknown as ContractsConfig;
  const findings = await variableFindings(config, keys);
  return findings.map(({ key, problem }) => `${key} ${problem}`).join("\n");
}

/** What is said of a sender whose key is a variable of this value. */
function findingsOf(address: string, value?: string): Promise<string> {
  vi.stubEnv(KEY, value);
  return findingsOfSender({ address, keyVariable: KEY });
}

describe("the variables and keys that a config names", () => {
  it("are in order when they are set and the key is the sender's, in whatever case", async () => {
    expect(await findingsOf(owner, privateKey)).toBe("");
    expect(await findingsOf(owner.toLowerCase(), privateKey)).toBe("");
    expect(await findingsOfSender({ address: owner, keySecret: "deployer" }, { deployer: privateKey })).toBe(
      "",
    );
  });

  it("are named when they are not set", async () => {
    expect(await findingsOf(owner)).toContain(
      `contracts.chains.chain138.sender.keyVariable cannot be used: The environment variable ${KEY} is not set.`,
    );
  });

  it("are refused when what they have is no key, or another account's; and are never shown", async () => {
    const other = "0x000000000000000000000000000000000000dEaD";
    const refused = await findingsOf(other, privateKey);
    expect(refused).toContain(`has the key of ${owner}; the config's sender is ${other}`);
    expect(refused).not.toContain(privateKey.slice(2, 20));
    for (const none of ["secret", "0x12", `0x${"0".repeat(64)}`, `${privateKey}00`, privateKey.slice(2)]) {
      const message = await findingsOf(owner, none);
      expect(message).toContain("has no private key");
      expect(message).not.toContain(` ${none}`);
    }
  });

  it("are refused when a secret of the config is another account's key", async () => {
    const keys = { deployer: generatePrivateKey() };
    const refused = await findingsOfSender({ address: owner, keySecret: "deployer" }, keys);
    expect(refused).toContain(
      "sender.keySecret cannot be used: The config's secret chainfleet:keys.deployer",
    );
    expect(refused).not.toContain(keys.deployer.slice(2, 20));
  });

  it("are refused when a keystore is no file, or its password is not set", async () => {
    const sender = { address: owner, keystore: "missing.json", passwordVariable: KEY };
    vi.stubEnv(KEY, "");
    expect(await findingsOfSender(sender)).toContain(
      `sender.keystore cannot be used: The environment variable ${KEY}, the password of missing.json, is not set.`,
    );
    vi.stubEnv(KEY, "password");
    expect(await findingsOfSender(sender)).toContain("The keystore missing.json cannot be read");
  });
});
