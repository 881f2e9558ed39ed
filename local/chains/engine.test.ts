import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DETERMINISTIC_DEPLOYER, DETERMINISTIC_DEPLOYER_CODE } from "../../components/deterministic-deployer";
import { isRunning, processesWithVariable } from "../services/processes";
import { ServiceProcess } from "../testing/service-process";
import { rpc } from "./rpc";

/** Anvil's first development account. */
const SENDER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

let folder: string;
let running: ServiceProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chains-"));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((service) => service.stop("SIGKILL")));
  rmSync(folder, { recursive: true, force: true });
});

async function chain(...options: string[]): Promise<ServiceProcess> {
  const service = await ServiceProcess.start("local/chains/main.ts", ["--state", folder, ...options]);
  running.push(service);
  return service;
}

const state = (url: string) =>
  Promise.all([
    rpc<{ hash: string }>(url, "eth_getBlockByNumber", ["0x0", false]).then(({ hash }) => hash),
    rpc<string>(url, "eth_blockNumber").then(Number),
    rpc<string>(url, "eth_getTransactionCount", [SENDER, "latest"]).then(Number),
  ]);

async function send(url: string): Promise<void> {
  const hash = await rpc<string>(url, "eth_sendTransaction", [{ from: SENDER, to: SENDER, value: "0x1" }]);
  while ((await rpc(url, "eth_getTransactionReceipt", [hash])) === null) {
    await delay(50);
  }
}

test("both chains have the deterministic deployer that the genesis of a network has, and add a block every two seconds", async () => {
  const ours = await chain("--chain-id", "138");
  expect(await rpc(ours.url("rpc"), "eth_chainId")).toBe("0x8a");
  expect(await rpc(ours.url("rpc"), "eth_getCode", [DETERMINISTIC_DEPLOYER, "latest"])).toBe(
    DETERMINISTIC_DEPLOYER_CODE,
  );
  await send(ours.url("rpc"));
  await send(ours.url("rpc"));
  const times = await Promise.all(
    ["0x1", "0x2"].map((number) =>
      rpc<{ timestamp: string }>(ours.url("rpc"), "eth_getBlockByNumber", [number, false]),
    ),
  );
  expect(Number(times[1]?.timestamp) - Number(times[0]?.timestamp)).toBe(2);
  await ours.stop("SIGTERM");
  rmSync(folder, { recursive: true });
  const mainnet = await chain("--chain-id", "1");
  expect(await rpc(mainnet.url("rpc"), "eth_chainId")).toBe("0x1");
  expect(await rpc(mainnet.url("rpc"), "eth_getCode", [DETERMINISTIC_DEPLOYER, "latest"])).toBe(
    DETERMINISTIC_DEPLOYER_CODE,
  );
});

test("SIGTERM loses nothing: the same genesis, blocks and nonces on the same port", async () => {
  const first = await chain("--chain-id", "138");
  await send(first.url("rpc"));
  const [genesis, height, nonce] = await state(first.url("rpc"));
  expect(await first.stop("SIGTERM")).toBe(0);
  const port = String(first.ports.rpc);
  const second = await chain("--chain-id", "138", "--port-rpc", port);
  expect(second.ports.rpc).toBe(first.ports.rpc);
  const again = await state(second.url("rpc"));
  expect([again[0], again[2]]).toEqual([genesis, nonce]);
  expect(again[1]).toBeGreaterThanOrEqual(height);
  await send(second.url("rpc"));
});

test("kill -9 loses at most the blocks since the last save, and anvil ends too", async () => {
  const first = await chain("--chain-id", "138", "--save-seconds", "1");
  await send(first.url("rpc"));
  const [genesis, , nonce] = await state(first.url("rpc"));
  await delay(2_500);
  const children = processesWithVariable("CHAINFLEET_CONTROL_PLANE", folder);
  expect(children).toHaveLength(1);
  await first.stop("SIGKILL");
  await delay(200);
  expect(children.filter(isRunning)).toEqual([]);
  // A half-written file, as a kill during a save leaves it.
  writeFileSync(join(folder, "state.json.gz.new"), "half a sa");
  const second = await chain("--chain-id", "138");
  expect((await state(second.url("rpc"))).filter((_, i) => i !== 1)).toEqual([genesis, nonce]);
});

test("the service ends when anvil ends", async () => {
  const service = await chain("--chain-id", "138");
  const [child] = processesWithVariable("CHAINFLEET_CONTROL_PLANE", folder);
  process.kill(child?.pid ?? 0, "SIGKILL");
  const deadline = performance.now() + 5_000;
  while (service.child.exitCode === null && performance.now() < deadline) {
    await delay(20);
  }
  expect(service.child.exitCode).toBe(1);
});
