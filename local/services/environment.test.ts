import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { environmentFor, exportLines } from "./environment";
import { settings } from "./target";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "environment-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const started = {
  port: (_: string, name: string) => name.length,
  stateFolder: (name: string) => `/s/${name}`,
};

test("the environment names the port of each plugin, and the engine comes first on the PATH, once", () => {
  const once = environmentFor(started, { root, engine: "/engine" }, { PATH: "/usr/bin" });
  expect(once.PULUMI_DEBUG_PROVIDERS).toBe("azure-native:12,aws:3,command:7");
  expect(once.PATH).toBe(`/engine:${root}/local/cloud/bin:/usr/bin`);
  expect(environmentFor(started, { root, engine: "/engine" }, once)).toEqual(once);
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

test("the settings of the simulated clouds come from the environment, and invalid values are refused", () => {
  expect(settings({})).toEqual({ timeScale: 0.02, seed: 1 });
  expect(settings({ CHAINFLEET_TIME_SCALE: "0", CHAINFLEET_SEED: "7" })).toEqual({ timeScale: 0, seed: 7 });
  expect(() => settings({ CHAINFLEET_TIME_SCALE: "fast" })).toThrow(/CHAINFLEET_TIME_SCALE is "fast"/);
  expect(() => settings({ CHAINFLEET_SEED: "-1" })).toThrow(/CHAINFLEET_SEED is "-1"/);
});
