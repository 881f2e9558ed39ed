import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localStacks } from "./commands";
import { environmentFor, environmentIn, exportLines, localAwsApi, localKubeVirt } from "./environment";
import { localTarget, settings, wholeTarget } from "./target";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "environment-"));
  mkdirSync(join(root, "s", "state"), { recursive: true });
  writeFileSync(join(root, "s", "state", "access-token"), "0123\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const started = {
  port: (_: string, name: string) => name.length,
  stateFolder: (name: string) => join(root, "s", name),
};

test("the environment names the port of each plugin, and the engine comes first on the PATH, once", () => {
  const once = environmentFor(started, { root, engine: "/engine" }, { PATH: "/usr/bin" });
  expect(once.PULUMI_DEBUG_PROVIDERS).toBe("azure-native:12,aws:3,command:7");
  expect(once.PATH).toBe(`/engine:${root}/local/cloud/bin:/usr/bin`);
  expect(environmentFor(started, { root, engine: "/engine" }, once)).toEqual(once);
});

test("the CLI keeps its stacks in the checkout's own state service, without a login", () => {
  const ports = (service: string, name: string) => (service === "state" && name === "http" ? 4100 : 1);
  expect(environmentFor({ ...started, port: ports }, { root, engine: "/engine" }, {})).toMatchObject({
    PULUMI_BACKEND_URL: "http://127.0.0.1:4100",
    PULUMI_ACCESS_TOKEN: "0123",
  });
});

test("the environment has the URLs of chains and explorers, and a deployer's key unless the user has set one", () => {
  const ports = (service: string) =>
    ({ "chain-138": 1380, "chain-mainnet": 1001, verifier: 4000 })[service] ?? 0;
  const environment = (current: NodeJS.ProcessEnv) =>
    environmentFor({ ...started, port: ports }, { root, engine: "/engine" }, current);
  expect(environment({})).toMatchObject({
    CHAINFLEET_CHAIN_138_RPC: "http://127.0.0.1:1380",
    CHAINFLEET_CHAIN_MAINNET_RPC: "http://127.0.0.1:1001",
    CHAINFLEET_VERIFIER_URL: "http://127.0.0.1:4000",
    CHAINFLEET_DEPLOYER_KEY: expect.stringMatching(/^0x[0-9a-f]{64}$/),
  });
  expect(environment({ CHAINFLEET_DEPLOYER_KEY: "0x12" }).CHAINFLEET_DEPLOYER_KEY).toBe("0x12");
});

test("the AWS SDK is led to the local AWS API with credentials that no AWS account has", () => {
  expect(localAwsApi({ ...started, port: () => 8080 })).toMatchObject({
    AWS_ENDPOINT_URL_EC2: "http://127.0.0.1:8080",
    AWS_ENDPOINT_URL_AUTO_SCALING: "http://127.0.0.1:8080",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    CHAINFLEET_LOCAL_SSH_KEY_FILE: join(root, "s/aws-api/ssh/id_ed25519"),
  });
});

test("the local AWS API is started with its option only, and belongs to the whole target without it", () => {
  const names = ({ services }: { services: readonly { name: string }[] }) => services.map(({ name }) => name);
  const say = () => {};
  expect(names(localTarget({}, say, []))).not.toContain("aws-api");
  expect(names(localTarget({}, say, ["--aws"]))).toContain("aws-api");
  expect(names(wholeTarget({}, say))).toContain("aws-api");
});

test("the local KubeVirt is started with its option only, and its control port is in the environment", () => {
  const { services } = localTarget({}, () => {}, ["--kubevirt"]);
  expect(services.map(({ name }) => name)).toContain("kubevirt");
  expect(localTarget({}, () => {}, []).services.map(({ name }) => name)).not.toContain("kubevirt");
  expect(localKubeVirt({ ...started, port: () => 8081 })).toEqual({
    CHAINFLEET_LOCAL_KUBEVIRT_CONTROL: "http://127.0.0.1:8081",
  });
});

test("a shell reads every exported value unchanged", () => {
  const value = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(value, (text) => {
      const script = `${exportLines({ VALUE: text })}printf %s "$VALUE"`;
      expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(text);
    }),
    { numRuns: 30 },
  );
});

test("the exported values can be read without a shell", () => {
  const variables = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(variables, (environment) => {
      expect(environmentIn(exportLines(environment))).toEqual({ ...environment });
    }),
  );
  expect(environmentIn(exportLines({ A: "it's\nexport B='c'" }))).toEqual({ A: "it's\nexport B='c'" });
});

test("the settings of the simulated clouds come from the environment, and invalid values are refused", () => {
  expect(settings({})).toEqual({ timeScale: 0.02, seed: 1 });
  expect(settings({ CHAINFLEET_TIME_SCALE: "0", CHAINFLEET_SEED: "7" })).toEqual({ timeScale: 0, seed: 7 });
  expect(() => settings({ CHAINFLEET_TIME_SCALE: "fast" })).toThrow(/CHAINFLEET_TIME_SCALE is "fast"/);
  expect(() => settings({ CHAINFLEET_SEED: "-1" })).toThrow(/CHAINFLEET_SEED is "-1"/);
});

test("the local target runs the stacks that its options name, and dev always", () => {
  expect(localStacks([])).toEqual(["dev"]);
  expect(localStacks(["--stack", "azure-24", "--aws", "--kubevirt", "--stack", "aws-24"])).toEqual([
    "dev",
    "azure-24",
    "aws-24",
    "rolling",
    "storage",
  ]);
});
