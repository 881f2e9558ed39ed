import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigError } from "./config-error";
import { requireConfigFiles } from "./config-files";
import { readConfig } from "./read";

const folder = mkdtempSync(join(tmpdir(), "chainfleet-files-"));
const file = (name: string) => join(folder, name);

beforeAll(() => {
  const contexts = "contexts:\n- name: one\n- name: staging\n";
  writeFileSync(file("kubeconfig"), `${contexts}current-context: one\n`);
  writeFileSync(file("without-current"), contexts);
  writeFileSync(file("secret"), "token: abc: def: [");
  mkdirSync(file("folder"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function findings(config: Readonly<Record<string, unknown>>): string[] {
  const values = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  try {
    requireConfigFiles(readConfig(Object.fromEntries(values), "Pulumi.test.yaml"), "Pulumi.test.yaml");
    return [];
  } catch (error) {
    return (error as ConfigError).findings.map(({ key, problem }) => `${key} ${problem}`);
  }
}

const cluster = (kubeconfig: string, context?: string) => ({
  regions: [{ cloud: "kubernetes", name: "one", validators: 4, kubeconfig, ...(context && { context }) }],
});

describe("a file that the config names", () => {
  it("is fine if it is there, and has the context", () => {
    expect(findings(cluster(file("kubeconfig")))).toEqual([]);
    expect(findings(cluster(file("kubeconfig"), "staging"))).toEqual([]);
    expect(findings(cluster(file("without-current"), "staging"))).toEqual([]);
  });

  it("is not looked at if the environment has a kubeconfig in its place", () => {
    process.env["CHAINFLEET_KUBECONFIG"] = file("kubeconfig");
    try {
      expect(findings(cluster("~/no/such/kubeconfig"))).toEqual([]);
    } finally {
      delete process.env["CHAINFLEET_KUBECONFIG"];
    }
  });

  it("is not looked at by the stack of another region", () => {
    const config = readConfig({ regions: JSON.stringify(cluster("~/no/such").regions) }, "Pulumi.test.yaml");
    const requireFor = (region: string) =>
      requireConfigFiles({ ...config, shard: { parent: "test", region } }, "Pulumi.test.yaml");
    expect(() => requireFor("one")).toThrow("no/such");
    expect(() => requireFor("two")).not.toThrow();
  });

  it("has a finding with the key and the expanded path if it is not there", () => {
    expect(findings(cluster("~/no/such/kubeconfig"))).toEqual([
      `regions[0].kubeconfig is ~/no/such/kubeconfig, and the file ${join(homedir(), "no/such/kubeconfig")} does not exist`,
    ]);
    expect(findings(cluster(file("folder")))).toEqual([
      `regions[0].kubeconfig is ${file("folder")}, and the file ${file("folder")} is a folder`,
    ]);
    expect(
      findings({
        stack: "storage",
        storage: { kubeconfig: "$" + "{CHAINFLEET_UNSET}/k", pools: [{ name: "a", storageClass: "a" }] },
      }),
    ).toEqual([
      "storage.kubeconfig names the environment variable CHAINFLEET_UNSET, which is not set in the environment or in .env",
    ]);
    const groups = [{ name: "web", autoScalingGroup: "web", region: "eu-west-1" }];
    expect(
      findings({
        stack: "rolling",
        rolling: { revision: "v1", groups, ssh: { privateKeyFile: file("key") } },
      }),
    ).toEqual([`rolling.ssh.privateKeyFile is ${file("key")}, and the file ${file("key")} does not exist`]);
  });

  it("has a finding that does not quote the file if it is no kubeconfig", () => {
    const [found = ""] = findings(cluster(file("secret")));
    expect(found).toContain("which is no kubeconfig");
    expect(found).not.toContain("abc");
  });

  it("has a finding if the context is not in the file", () => {
    expect(findings(cluster(file("kubeconfig"), "stagin"))).toEqual([
      `regions[0].context is "stagin", which is no context of ${file("kubeconfig")}; did you mean "staging"? (contexts: one, staging)`,
    ]);
    expect(findings(cluster(file("without-current")))[0]).toContain("which has no current context");
  });
});
