import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import solc from "solc";
import { concat, encodeAbiParameters, getAddress, type Hex, parseAbiParameters } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rpc } from "../chains/rpc";
import { ServiceProcess } from "../testing/service-process";

const DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
/** Anvil's first development account. */
const SENDER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const NOBODY = "0x00000000000000000000000000000000000000aa";
const KEY = "A".repeat(34);

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Vault {
  uint256 public immutable limit;
  string public name;
  constructor(uint256 limit_, string memory name_) { limit = limit_; name = name_; }
  function raised() external view returns (uint256) { return limit + 5; }
}`;
const OTHER_SOURCE = SOURCE.replace("limit + 5", "limit + 6");
const ARGUMENTS = encodeAbiParameters(parseAbiParameters("uint256, string"), [42n, "treasury"]);
const OTHER_ARGUMENTS = encodeAbiParameters(parseAbiParameters("uint256, string"), [43n, "treasury"]);
const VERSION = `v${solc.version().replace(/\.Emscripten.*/, "")}`;

interface Input {
  language: string;
  sources: Record<string, { content: string }>;
  settings: object;
}

function inputOf(content: string, enabled = true): Input {
  const settings = { evmVersion: "shanghai", optimizer: { enabled, runs: 200 } };
  return { language: "Solidity", sources: { "src/Vault.sol": { content } }, settings };
}

function creationCode(): Hex {
  const input = inputOf(SOURCE);
  const outputSelection = { "*": { "*": ["evm.bytecode.object"] } };
  const output = JSON.parse(
    solc.compile(JSON.stringify({ ...input, settings: { ...input.settings, outputSelection } })),
  );
  return concat([`0x${output.contracts["src/Vault.sol"].Vault.evm.bytecode.object}`, ARGUMENTS]);
}

let folder: string;
let chain: ServiceProcess;
let verifier: ServiceProcess;
/** One contract for each explorer's tests, and one created by the deterministic deployer. */
let vaults: Hex[];
let made: Hex;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "verifier-"));
  chain = await ServiceProcess.start("local/chains/main.ts", [
    ...["--state", join(folder, "chain"), "--chain-id", "138"],
  ]);
  verifier = await startVerifier("--rate", "1000");
  const code = creationCode();
  const receipts = await Promise.all([
    // The test assigns nonces itself: anvil gives the same nonce to two transactions that arrive together.
    send({ nonce: "0x0", data: code, gas: "0x200000" }),
    send({ nonce: "0x1", data: code, gas: "0x200000" }),
    send({ nonce: "0x2", to: DEPLOYER, data: concat([`0x${"00".repeat(32)}`, code]), gas: "0x200000" }),
  ]);
  vaults = receipts.flatMap(({ contractAddress }) => contractAddress ?? []);
  made = await createdIn(receipts[2].transactionHash);
});
afterAll(async () => {
  await Promise.all([verifier?.stop("SIGKILL"), chain?.stop("SIGKILL")]);
  rmSync(folder, { recursive: true, force: true });
});

/** The contract that a transaction created through another contract. Anvil's traces appear a moment after its receipts. */
async function createdIn(transaction: Hex): Promise<Hex> {
  for (;;) {
    const traces = await rpc<{ result?: { address?: Hex } | null }[] | null>(
      chain.url("rpc"),
      "trace_transaction",
      [transaction],
    );
    const [address] = (traces ?? []).flatMap(({ result }) => result?.address ?? []);
    if (address !== undefined) {
      return address;
    }
    await delay(50);
  }
}

function startVerifier(...options: string[]): Promise<ServiceProcess> {
  return ServiceProcess.start("local/verifier/main.ts", [
    ...["--state", join(folder, "verifier"), "--chain", `138=${chain.url("rpc")}`, ...options],
  ]);
}

async function send(transaction: object) {
  const hash = await rpc<Hex>(chain.url("rpc"), "eth_sendTransaction", [{ from: SENDER, ...transaction }]);
  for (;;) {
    const receipt = await rpc<{ status: string; contractAddress: Hex | null; transactionHash: Hex } | null>(
      chain.url("rpc"),
      "eth_getTransactionReceipt",
      [hash],
    );
    if (receipt !== null) {
      expect(receipt.status).toBe("0x1");
      return receipt;
    }
    await delay(100);
  }
}

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${verifier.url("http")}${path}`, init);
  return { status: response.status, body: (await response.json()) as Body };
}

/** The fields that the tests read from the answers of all three APIs. */
interface Body extends Record<string, unknown> {
  readonly status: string;
  readonly result: string;
  readonly is_verified: boolean;
  readonly is_fully_verified?: boolean;
  readonly verificationId: string;
  readonly isJobCompleted: boolean;
  readonly customCode: string;
  readonly error?: { readonly customCode: string };
  readonly contract?: { readonly match: string | null };
}

async function until<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const value = await read();
    if (isDone(value)) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`still ${JSON.stringify(value)}`);
    }
    await delay(100);
  }
}

describe("Etherscan", () => {
  const api = "/etherscan/v2/api";
  const get = async (parameters: Record<string, string>) => {
    const query = new URLSearchParams({ chainid: "138", apikey: KEY, module: "contract", ...parameters });
    const { status, body } = await call(`${api}?${query}`);
    expect(status).toBe(200);
    return body;
  };
  const submit = async (
    address: string,
    input = inputOf(SOURCE),
    args: Hex = ARGUMENTS,
    version = VERSION,
  ) => {
    const { body } = await call(`${api}?chainid=138`, {
      method: "POST",
      body: new URLSearchParams({
        ...{ apikey: KEY, module: "contract", action: "verifysourcecode", contractaddress: address },
        ...{ codeformat: "solidity-standard-json-input", sourceCode: JSON.stringify(input) },
        ...{ contractname: "src/Vault.sol:Vault", compilerversion: version },
        constructorArguements: args.slice(2),
      }),
    });
    return body;
  };
  const statusOf = (guid: string) => get({ action: "checkverifystatus", guid });
  const outcome = async (guid: string) =>
    (
      await until(
        () => statusOf(guid),
        ({ result }) => result !== "Pending in queue",
      )
    ).result;
  const refused = (result: unknown) => ({ status: "0", message: "NOTOK", result });

  test("refuses wrong sources, settings and constructor arguments", async () => {
    const [address = "0x"] = vaults;
    const submissions = await Promise.all([
      submit(address, inputOf(OTHER_SOURCE)),
      submit(address, inputOf(SOURCE, false)),
      submit(address, inputOf(SOURCE), OTHER_ARGUMENTS),
      submit(address, inputOf(SOURCE), "0x"),
      submit(address, inputOf(SOURCE.replace("}", ""))),
    ]);
    const outcomes = await Promise.all(submissions.map(({ result }) => outcome(result)));
    expect(outcomes.slice(0, 2)).toEqual(Array(2).fill("Fail - Unable to verify"));
    expect(outcomes[2]).toMatch(/^Fail - Unable to verify.*constructor argument/);
    expect(outcomes[3]).toMatch(/^Fail - Unable to verify.*constructor argument/);
    expect(outcomes[4]).toMatch(/^Fail - Unable to verify.*Compiler error.*ParserError/);
    const abi = await get({ action: "getabi", address });
    expect(abi).toEqual(refused("Contract source code not verified"));
  });

  test("reports a verification as pending, then verified, then already verified", async () => {
    const [address = "0x"] = vaults;
    const [first, second] = [await submit(address), await submit(address)];
    expect(first).toEqual({ status: "1", message: "OK", result: expect.any(String) });
    expect(await statusOf(first.result)).toEqual(refused("Pending in queue"));
    expect([await outcome(first.result), await outcome(second.result)].sort()).toEqual([
      "Already Verified",
      "Pass - Verified",
    ]);
    expect(await submit(address)).toEqual(refused("Contract source code already verified"));
    const result = (await get({ action: "getsourcecode", address })).result as unknown as Record<
      string,
      string
    >[];
    expect(JSON.parse(result[0]?.["SourceCode"]?.slice(1, -1) ?? "").sources).toEqual(
      inputOf(SOURCE).sources,
    );
    expect(result[0]).toMatchObject({
      ...{ ContractName: "Vault", CompilerVersion: VERSION, OptimizationUsed: "1", Runs: "200" },
      ConstructorArguments: ARGUMENTS.slice(2),
    });
    expect(result[0]?.["ABI"]).toContain("raised");
  });

  test("verifies a contract with constructor arguments that the deterministic deployer created", async () => {
    const wrong = await submit(made, inputOf(SOURCE), OTHER_ARGUMENTS);
    expect(await outcome(wrong.result)).toMatch(/constructor argument/);
    const right = await submit(made);
    expect(await outcome(right.result)).toBe("Pass - Verified");
  });

  test("reports what is wrong with a request", async () => {
    expect(await submit(NOBODY)).toEqual(refused(`Unable to locate ContractCode at ${NOBODY}`));
    expect(await submit(vaults[1] ?? "", inputOf(SOURCE), ARGUMENTS, "v0.4.11+commit.68ef5810")).toEqual(
      refused(expect.stringContaining("not supported solc version")),
    );
    expect(await get({ action: "checkverifystatus", guid: "x", apikey: "" })).toEqual(
      refused("Missing/Invalid API Key"),
    );
    expect(await get({ action: "checkverifystatus", guid: "x", chainid: "5" })).toEqual(
      refused(expect.stringContaining("unsupported chainid")),
    );
    expect(await get({ action: "getsourcecode", address: NOBODY })).toMatchObject({
      ...{ status: "1", message: "OK" },
      result: [{ SourceCode: "", ABI: "Contract source code not verified" }],
    });
  });
});

describe("Blockscout", () => {
  const contract = (address: string) => `/blockscout/138/api/v2/smart-contracts/${address}`;
  const submit = (address: string, input = inputOf(SOURCE), args?: Hex) => {
    const form = new FormData();
    form.set("compiler_version", VERSION);
    form.set("contract_name", "Vault");
    form.set("license_type", "mit");
    form.set("files[0]", new Blob([JSON.stringify(input)], { type: "application/json" }), "input.json");
    form.set("autodetect_constructor_args", String(args === undefined));
    form.set("constructor_args", args ?? "");
    return call(`${contract(address)}/verification/via/standard-input`, { method: "POST", body: form });
  };
  const started = { status: 200, body: { message: "Smart-contract verification started" } };

  test("wrong sources or arguments leave the contract unverified, correct ones verify it", async () => {
    const [address = "0x"] = vaults;
    expect(await submit(address, inputOf(OTHER_SOURCE))).toEqual(started);
    expect(await submit(address, inputOf(SOURCE), OTHER_ARGUMENTS)).toEqual(started);
    await delay(2_500);
    expect(await call(contract(address))).toMatchObject({ status: 200, body: { is_verified: false } });
    expect(await submit(address, inputOf(SOURCE), ARGUMENTS)).toEqual(started);
    expect((await call(contract(address))).body.is_verified).toBe(false);
    const { body } = await until(
      () => call(contract(address)),
      (answer) => answer.body.is_verified,
    );
    expect(body).toMatchObject({ is_fully_verified: true, name: "Vault", constructor_args: ARGUMENTS });
    expect(await submit(address)).toEqual({ status: 422, body: { message: "Already verified" } });
  });

  test("finds the arguments itself; a changed comment gives a partial match that an exact match replaces", async () => {
    expect(await submit(made, inputOf(`${SOURCE}\n// a comment`))).toEqual(started);
    const partial = await until(
      () => call(contract(made)),
      ({ body }) => body.is_verified,
    );
    expect(partial.body).toMatchObject({ is_partially_verified: true, constructor_args: ARGUMENTS });
    expect(await submit(made)).toEqual(started);
    await until(
      () => call(contract(made)),
      ({ body }) => body.is_fully_verified === true,
    );
  });

  test("reports what is wrong with a request", async () => {
    expect(await call(contract(NOBODY))).toEqual({ status: 404, body: { message: "Not found" } });
    expect((await submit(NOBODY)).status).toBe(404);
    expect((await call(contract("0x12"))).status).toBe(422);
  });
});

describe("Sourcify", () => {
  const contract = (address: string) => `/sourcify/v2/contract/138/${address}`;
  const submit = (address: string, input = inputOf(SOURCE), more: object = {}) =>
    call(`/sourcify/v2/verify/138/${address}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...{ stdJsonInput: input, compilerVersion: VERSION.slice(1) },
        ...{ contractIdentifier: "src/Vault.sol:Vault", ...more },
      }),
    });
  const job = async (submission: { body: { verificationId: string } }) =>
    (
      await until(
        () => call(`/sourcify/v2/verify/${submission.body.verificationId}`),
        ({ body }) => body.isJobCompleted,
      )
    ).body;

  test("a job fails for wrong sources; for the correct sources it is pending, then verified", async () => {
    const [address = "0x"] = vaults;
    const wrong = await submit(address, inputOf(OTHER_SOURCE));
    expect(wrong.status).toBe(202);
    expect((await submit(address)).body.customCode).toBe("duplicate_verification_request");
    expect(await job(wrong)).toMatchObject({
      error: { customCode: "no_match" },
      contract: { match: null, address: getAddress(address) },
    });
    expect(await call(contract(address))).toMatchObject({ status: 404, body: { match: null } });
    const right = await submit(address);
    expect((await call(`/sourcify/v2/verify/${right.body.verificationId}`)).body.isJobCompleted).toBe(false);
    expect((await job(right)).contract).toMatchObject({
      ...{ match: "exact_match", runtimeMatch: "exact_match", creationMatch: "exact_match", chainId: "138" },
    });
    const again = await submit(address);
    expect([again.status, again.body.customCode]).toEqual([409, "already_verified"]);
    const { body } = await call(`${contract(address)}?fields=abi,compilation`);
    expect(body).toMatchObject({ match: "exact_match", compilation: { name: "Vault" } });
  });

  test("a changed comment gives a match that is not exact, and a second such verification is refused", async () => {
    const commented = inputOf(`${SOURCE}\n// a comment`);
    expect((await job(await submit(made, commented))).contract?.match).toBe("match");
    expect((await job(await submit(made, commented))).error?.customCode).toBe("already_verified");
  });

  test("reports what is wrong with a request", async () => {
    expect(await job(await submit(NOBODY))).toMatchObject({ error: { customCode: "contract_not_deployed" } });
    const code = async (answer: ReturnType<typeof call>) => {
      const { status, body } = await answer;
      return [status, body.customCode];
    };
    expect(await code(submit("0x12"))).toEqual([400, "invalid_parameter"]);
    expect(await code(submit(made, inputOf(SOURCE), { contractIdentifier: "Vault" }))).toEqual([
      400,
      "invalid_parameter",
    ]);
    expect(await code(call(`/sourcify/v2/contract/5/${made}`))).toEqual([404, "unsupported_chain"]);
    expect(await code(call("/sourcify/v2/verify/none"))).toEqual([404, "job_not_found"]);
    const missing = await job(
      await submit(vaults[1] ?? "", inputOf(SOURCE), { contractIdentifier: "a.sol:B" }),
    );
    expect(missing.error?.customCode).toBe("contract_not_found_in_compiler_output");
  });
});

test("verified contracts survive kill -9, and each explorer allows five requests per second", async () => {
  await verifier.stop("SIGKILL");
  verifier = await startVerifier();
  const [address = ""] = vaults;
  const etherscan = `/etherscan/v2/api?chainid=138&apikey=${KEY}&module=contract&action=getabi&address=${address}`;
  const blockscout = `/blockscout/138/api/v2/smart-contracts/${address}`;
  const sourcify = `/sourcify/v2/contract/138/${address}`;
  const six = async (path: string) => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => call(path)));
    return answers.sort((a, b) => a.status - b.status);
  };
  const [ofEtherscan, ofBlockscout, ofSourcify] = await Promise.all(
    [etherscan, blockscout, sourcify].map(six),
  );
  const tooMany = {
    ...{ status: "0", message: "NOTOK" },
    result: "Max calls per sec rate limit reached (5/sec)",
  };
  expect(ofEtherscan?.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(ofEtherscan?.filter(({ body }) => body.status === "1")).toHaveLength(5);
  expect(ofEtherscan?.find(({ body }) => body.status === "0")?.body).toEqual(tooMany);
  expect(ofBlockscout?.map(({ status }) => status)).toEqual([...Array(5).fill(200), 429]);
  expect(ofBlockscout?.[0]?.body.is_verified).toBe(true);
  expect(ofSourcify?.map(({ status }) => status)).toEqual([...Array(5).fill(200), 429]);
  expect(ofSourcify?.[0]?.body.match).toBe("exact_match");
  await delay(1_100);
  expect((await call(blockscout)).status).toBe(200);
});

test("a verification does not carry over to a chain with another genesis", async () => {
  await Promise.all([verifier.stop("SIGTERM"), chain.stop("SIGTERM")]);
  rmSync(join(folder, "chain"), { recursive: true });
  chain = await ServiceProcess.start("local/chains/main.ts", [
    ...["--state", join(folder, "chain"), "--chain-id", "138"],
  ]);
  verifier = await startVerifier();
  const { status } = await call(`/sourcify/v2/contract/138/${vaults[0]}`);
  expect(status).toBe(404);
});
