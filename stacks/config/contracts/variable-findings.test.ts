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

/** The findings about a chain with this sender, as one text. */
async function findingsOfSender(sender: object, keys: Record<string, string> = {}): Promise<string> {
  const chain = { rpcUrl: "http://127.0.0.1:8545", sender, explorers: [] };
  const config = { chains: { chain138: chain } } as unknown as ContractsConfig;
  const findings = await variableFindings(config, keys);
  return findings.map(({ key, problem }) => `${key} ${problem}`).join("\n");
}

/** The findings about a sender whose key is in an environment variable with this value. */
function findingsOf(address: string, value?: string): Promise<string> {
  vi.stubEnv(KEY, value);
  return findingsOfSender({ address, keyVariable: KEY });
}

describe("the variables and keys that a config names", () => {
  it("have no findings if they are set and the key is the sender's, whatever the case of the address", async () => {
    expect(await findingsOf(owner, privateKey)).toBe("");
    expect(await findingsOf(owner.toLowerCase(), privateKey)).toBe("");
    expect(await findingsOfSender({ address: owner, keySecret: "deployer" }, { deployer: privateKey })).toBe(
      "",
    );
  });

  it("have a finding with the variable's name if it is not set", async () => {
    expect(await findingsOf(owner)).toContain(
      `contracts.chains.chain138.sender.keyVariable cannot be used: The environment variable ${KEY} is not set.`,
    );
  });

  it("have a finding that never shows the value if the value is no key, or the key of another account", async () => {
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

  it("have a finding if a secret of the config is the key of another account", async () => {
    const keys = { deployer: generatePrivateKey() };
    const refused = await findingsOfSender({ address: owner, keySecret: "deployer" }, keys);
    expect(refused).toContain(
      "sender.keySecret cannot be used: The config's secret chainfleet:keys.deployer",
    );
    expect(refused).not.toContain(keys.deployer.slice(2, 20));
  });

  it("have a finding if the keystore file does not exist, or its password is not set", async () => {
    const sender = { address: owner, keystore: "missing.json", passwordVariable: KEY };
    vi.stubEnv(KEY, "");
    expect(await findingsOfSender(sender)).toContain(
      `sender.keystore cannot be used: The environment variable ${KEY}, the password of missing.json, is not set.`,
    );
    vi.stubEnv(KEY, "password");
    expect(await findingsOfSender(sender)).toContain("The keystore missing.json cannot be read");
  });
});
