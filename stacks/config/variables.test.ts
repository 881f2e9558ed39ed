import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "./config-error";
import type { ContractsConfig } from "./contracts";
import { requireVariables } from "./variables";

const KEY = "CHAINFLEET_TEST_SENDER_KEY";
const privateKey = generatePrivateKey();
const owner = privateKeyToAddress(privateKey);

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What is said of the variables of one chain. */
function findingsOf(address: string, value?: string): string {
  vi.stubEnv(KEY, value);
  const chain = {
    rpcUrl: "http://127.0.0.1:8545",
    sender: { address, keyVariable: KEY },
    explorers: [],
  };
  try {
    requireVariables({ chains: { chain138: chain } } as unknown as ContractsConfig, "Pulumi.test.yaml");
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
}

describe("the variables that a config names", () => {
  it("are in order when they are set and the key is the sender's, in whatever case", () => {
    expect(findingsOf(owner, privateKey)).toBe("");
    expect(findingsOf(owner.toLowerCase(), privateKey)).toBe("");
  });

  it("are named when they are not set", () => {
    expect(findingsOf(owner)).toContain(
      `sender.keyVariable names the environment variable ${KEY}, which is not set`,
    );
  });

  it("are refused when what they have is no key, or another account's; and are never shown", () => {
    const other = "0x000000000000000000000000000000000000dEaD";
    expect(findingsOf(other, privateKey)).toContain(`has the key of ${owner}; sender.address is ${other}`);
    expect(findingsOf(other, privateKey)).not.toContain(privateKey.slice(2, 20));
    for (const none of ["secret", "0x12", `0x${"0".repeat(64)}`, `${privateKey}00`, privateKey.slice(2)]) {
      expect(findingsOf(owner, none)).toContain("which has no private key");
      expect(findingsOf(owner, none)).not.toContain(` ${none}`);
    }
  });
});
