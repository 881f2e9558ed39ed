import fc from "fast-check";
import {
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  keccak256,
  parseAbi,
  stringToHex,
} from "viem";
import { describe, expect, it } from "vitest";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import type { Artifact } from "../build/artifact";
import type { CallDefinition, ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { saltOf } from "../deployment/create2";
import { type ContractPlan, planContracts } from "./plan";

const artifact = (name: string, ...signatures: string[]): Artifact => ({
  name,
  abi: parseAbi(
    (signatures.length === 0 ? ["constructor()"] : signatures) as readonly string[],
  ) as Artifact["abi"],
  creationCode: "0x6001",
  runtimeCode: "0x00",
  immutables: [],
  libraries: [],
  metadata: {
    compiler: { version: "" },
    language: "Solidity",
    sources: {},
    settings: { compilationTarget: {} },
  },
});
const SORTING = "contracts/src/Sorting.sol";
const artifacts = new Map(
  [
    artifact("Proxy", "constructor(address implementation, bytes _data) payable"),
    artifact(
      "Token",
      "struct Limits { uint256 capacity; bool open; }",
      "struct State { Limits limits; address owner; }",
      "constructor()",
      "function initialize(address owner_, Limits limits_)",
      "function fund(Limits[] limits) payable",
      "function limits() view returns (Limits)",
      "function state() view returns (State state, uint256 block)",
      "function owner() view returns (address)",
    ),
    { ...artifact("IToken", "function owner() view returns (address)"), creationCode: "0x" as const },
    artifact("Sorting"),
    {
      ...artifact("Sorted", "constructor(uint256 length)"),
      creationCode: `0x60${"00".repeat(20)}61${"00".repeat(20)}` as const,
      libraries: [
        {
          name: "Sorting",
          source: SORTING,
          ranges: [
            { start: 1, length: 20 },
            { start: 22, length: 20 },
          ],
        },
      ],
    },
    artifact("WETH9"),
    artifact(
      "CCIPRouter",
      "constructor(address owner_, uint64 chainSelector_)",
      "function setLane(uint64 selector, bool enabled, uint128 fee)",
      "function lanes(uint64 selector) view returns (bool enabled, uint128 fee)",
      "function deliver() returns (bool success)",
      "function grantRole(bytes32 role, address account)",
      "function hasRole(bytes32 role, address account) view returns (bool)",
    ),
    artifact(
      "Bridge",
      "constructor(address owner, address router, address weth9)",
      "function connect(uint64 chainSelector, address peer_)",
      "function peer() view returns (address)",
    ),
    artifact(
      "MultiSig",
      "constructor(address[] owners_, uint256 threshold_)",
      "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
    ),
  ].map((one): [string, Artifact] => [one.name, one]),
);
const OWNER = "0x000000000000000000000000000000000000dEaD";
const define = (
  name: string,
  args: ContractDefinition["args"] = {},
  method: ContractDefinition["method"] = { kind: "create2", salt: "1" },
): ContractDefinition => ({
  name,
  contract: name,
  args,
  method,
  value: 0n,
  configKey: `contracts.chains.chain138.contracts.${name}`,
});
const weth = define("WETH9");
const router = define("CCIPRouter", { owner: OWNER, chainSelector: 138 });
const bridge = define("Bridge", {
  owner: OWNER,
  router: { contract: "CCIPRouter" },
  weth9: { contract: "WETH9" },
});
const chain = (
  name: string,
  contracts: readonly ContractDefinition[],
  calls: readonly CallDefinition[] = [],
): ChainDefinition => ({
  name,
  sender: OWNER,
  limits: { codeBytes: 24_576, initCodeBytes: 49_152 },
  contracts: contracts.map((contract) => ({
    ...contract,
    configKey: `contracts.chains.${name}.contracts.${contract.name}`,
  })),
  calls: calls.map((one) => ({ ...one, configKey: `contracts.chains.${name}.calls.${one.name}` })),
});
const call = (name: string, values: Partial<CallDefinition> = {}): CallDefinition => ({
  name,
  contract: "Bridge",
  function: "connect",
  args: { chainSelector: 1, peer: { contract: "Bridge", chain: "mainnet" } },
  value: 0n,
  after: [],
  done: { function: "peer", args: {}, returns: { contract: "Bridge", chain: "mainnet" } },
  configKey: "",
  ...values,
});

function plannedChains(...chains: ChainDefinition[]) {
  const plan = planContracts(chains, artifacts);
  if (plan.kind === "findings") {
    throw new Error(messagesOf(plan)?.join("\n"));
  }
  return plan.chains;
}

const planned = (definitions: readonly ContractDefinition[]) =>
  plannedChains(chain("chain138", definitions))[0]?.contracts ?? [];
const messagesOf = (plan: ContractPlan) =>
  plan.kind === "findings" ? plan.findings.map(({ key, problem }) => `${key} ${problem}`) : undefined;
const findings = (...definitions: ContractDefinition[]) =>
  messagesOf(planContracts([chain("chain138", definitions)], artifacts));

describe("a plan of contracts", () => {
  it("has the addresses that the deterministic deployer computes", () => {
    expect(planned([weth])[0]?.address).toBe(
      getContractAddress({
        opcode: "CREATE2",
        from: DETERMINISTIC_DEPLOYER,
        salt: saltOf("1"),
        bytecode: "0x6001",
      }),
    );
  });

  it("does not depend on the order of the config, and places each contract after the contracts that it uses", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([weth, router, bridge], { minLength: 3 }), (definitions) => {
        const contracts = planned(definitions);
        const byName = new Map(contracts.map(({ name, address }) => [name, address]));
        expect(byName).toEqual(
          new Map(planned([weth, router, bridge]).map((one) => [one.name, one.address])),
        );
        contracts.forEach(({ uses }, index) => {
          const before = contracts.slice(0, index).map(({ name }) => name);
          expect(uses.every((used) => before.includes(used))).toBe(true);
        });
      }),
    );
  });

  it("changes the addresses of the contracts that use a moved contract, and no other address", () => {
    const address = (all: readonly ContractDefinition[], name: string) =>
      planned(all).find((one) => one.name === name)?.address;
    const all = [weth, router, bridge];
    const other = [define("WETH9", {}, { kind: "create2", salt: "2" }), router, bridge];
    expect(address(other, "WETH9")).not.toBe(address(all, "WETH9"));
    expect(address(other, "Bridge")).not.toBe(address(all, "Bridge"));
    expect(address(other, "CCIPRouter")).toBe(address(all, "CCIPRouter"));
  });

  it("uses the given address of a contract that exists already", () => {
    const address = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
    const [existing, user] = planned([define("WETH9", {}, { kind: "existing", address }), router, bridge]);
    expect(existing).toMatchObject({ name: "WETH9", address, uses: [], waitsFor: [] });
    expect(user?.waitsFor).toEqual([]);
  });

  it("leaves out an address that a nonce decides, and the addresses that follow from it", () => {
    const [created, , user] = planned([define("WETH9", {}, { kind: "create" }), router, bridge]);
    expect(created?.address).toBeUndefined();
    expect(user).toMatchObject({ name: "Bridge", address: undefined, waitsFor: ["chain138/WETH9"] });
    const expected = planned([define("WETH9", {}, { kind: "existing", address: OWNER }), router, bridge]).at(
      -1,
    );
    expect(user?.creation(new Map([["chain138/WETH9", OWNER]])).address).toBe(expected?.address);
  });

  it("puts the address of a contract on another chain into arguments, whatever the order of the chains is", () => {
    const bridgeOfMainnet = define("Bridge", {
      owner: OWNER,
      router: { contract: "CCIPRouter", chain: "mainnet" },
      weth9: OWNER,
    });
    const mainnet = chain("mainnet", [router]);
    const [first] = plannedChains(chain("chain138", [bridgeOfMainnet]), mainnet);
    const [, second] = plannedChains(mainnet, chain("chain138", [bridgeOfMainnet]));
    expect(first?.contracts[0]?.address).toBe(second?.contracts[0]?.address);
    expect(first?.contracts[0]?.uses).toEqual([]);
  });

  it("reports every wrong argument at once", () => {
    expect(
      findings(
        define("CCIPRouter", { owner: "0xdead", chainSelector: -1, colour: "red" }),
        define("MultiSig", { owners: [OWNER, 5] }),
        define("Bridge", [OWNER]),
        { ...define("Other", [OWNER]), contract: "WETH9" },
      ),
    ).toEqual([
      'contracts.chains.chain138.contracts.CCIPRouter.args.owner is "0xdead"; must be an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender } (address owner_)',
      "contracts.chains.chain138.contracts.CCIPRouter.args.chainSelector is -1; must be a whole number from 0 to 2^64 - 1 (uint64 chainSelector_)",
      "contracts.chains.chain138.contracts.CCIPRouter.args.colour is no parameter; there are 2 parameters: owner (address), chainSelector (uint64)",
      "contracts.chains.chain138.contracts.MultiSig.args.owners[1] is 5; must be an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender }: write it in quotes, because YAML reads it as a number without them (address)",
      "contracts.chains.chain138.contracts.MultiSig.args.threshold is missing (uint256 threshold_)",
      "contracts.chains.chain138.contracts.Bridge.args has 1 argument; there are 3 parameters: owner (address), router (address), weth9 (address)",
      "contracts.chains.chain138.contracts.Other.args has 1 argument; there are no parameters",
    ]);
  });

  it("reports wrong names and wrong arguments together, each mistake once", () => {
    const plan = planContracts(
      [
        chain(
          "chain138",
          [
            weth,
            weth,
            define("Nothing"),
            { ...define("Mine"), contract: "Brigde" },
            define("Bridge", { ownr: OWNER, router: { contract: "CCIPRoutr" }, weth9: "WETH9" }),
            define("CCIPRouter", { owner: { contract: "Bridge", chain: "mainet" }, chainSelector: "x" }),
          ],
          [
            call("WETH9", { contract: "Gone", args: { chainSelector: 1, peer: { contract: "Bridge" } } }),
            call("two", { contract: "Nothing", done: { function: "f", args: [{ contract: "WETH11" }] } }),
          ],
        ),
        chain("mainnet", [weth, router, bridge]),
      ],
      artifacts,
    );
    const key = "contracts.chains.chain138";
    const forms =
      "an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender }";
    expect(messagesOf(plan)).toEqual([
      `${key}.contracts.WETH9 has the name of ${key}.contracts.WETH9; contracts and calls of a chain must have different names`,
      `${key}.calls.WETH9 has the name of ${key}.contracts.WETH9; contracts and calls of a chain must have different names`,
      `${key}.contracts.Nothing names no contract of contracts/src; if the name is your own, give the name of the source in the key contract`,
      `${key}.contracts.Mine.contract is "Brigde", which is no contract of contracts/src; did you mean "Bridge"?`,
      `${key}.contracts.Bridge.args.router names CCIPRoutr, which is no contract of chain138; did you mean "CCIPRouter"?`,
      `${key}.contracts.Bridge.args.weth9 is "WETH9"; must be ${forms} (address weth9)`,
      `${key}.contracts.Bridge.args.ownr is no parameter; did you mean "owner"?`,
      `${key}.contracts.CCIPRouter.args.owner names the chain mainet, which is not in the config; did you mean "mainnet"?`,
      `${key}.contracts.CCIPRouter.args.chainSelector is "x"; must be a whole number from 0 to 2^64 - 1 (uint64 chainSelector_)`,
      `${key}.calls.WETH9.contract is "Gone", which is no contract of chain138`,
      `${key}.calls.two.done.args[0] names WETH11, which is no contract of chain138; did you mean "WETH9"?`,
    ]);
  });

  it("reports duplicate contracts together with the findings of other contracts", () => {
    const twin = { ...weth, name: "Twin" };
    expect(findings(weth, twin, define("Bridge", [OWNER]))).toEqual([
      "contracts.chains.chain138.contracts.Bridge.args has 1 argument; there are 3 parameters: owner (address), router (address), weth9 (address)",
      "contracts.chains.chain138.contracts.Twin is the same contract as WETH9, with the same arguments; give it a salt of its own",
    ]);
    const plain = define("WETH9", {}, { kind: "create" });
    expect(findings(plain, { ...plain, name: "Twin" })).toEqual([
      "contracts.chains.chain138.contracts.Twin is the same contract as WETH9, with the same arguments; give it a salt of its own, and create: create2",
    ]);
  });

  it("refuses contracts that need each other's addresses", () => {
    expect(
      findings(
        define("CCIPRouter", { owner: { contract: "Bridge" }, chainSelector: 1 }),
        define("Bridge", { owner: OWNER, router: { contract: "CCIPRouter" }, weth9: "0x" }),
      ),
    ).toEqual([
      'contracts.chains.chain138.contracts.Bridge.args.weth9 is "0x"; must be an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender } (address weth9)',
      "contracts.chains.chain138.contracts.CCIPRouter and chain138/Bridge need each other's addresses; one contract has to learn the other's address by a call after its deployment",
    ]);
    expect(findings(define("CCIPRouter", { owner: { contract: "CCIPRouter" }, chainSelector: 1 }))).toEqual([
      "contracts.chains.chain138.contracts.CCIPRouter needs its own address; the contract has to learn its address by a call after its deployment",
    ]);
  });

  it("accepts exactly the whole numbers, written as text, that fit the type of the parameter", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (number) => {
        const fits = number >= 0n && number < 2n ** 64n;
        const found = findings(define("CCIPRouter", { owner: OWNER, chainSelector: String(number) }));
        expect(found === undefined).toBe(fits);
      }),
    );
  });
});

describe("a plan of calls", () => {
  const all = [weth, router, bridge];

  it("has the transaction and the expected return value of the view, with addresses of other chains", () => {
    const [ours, theirs] = plannedChains(
      chain("chain138", all, [call("connect")]),
      chain("mainnet", [define("WETH9", {}, { kind: "create2", salt: "2" }), router, bridge]),
    );
    const address = (of: typeof ours) => of?.contracts.find(({ name }) => name === "Bridge")?.address;
    const sent = ours?.calls[0]?.transaction(new Map());
    expect(address(ours)).not.toBe(address(theirs));
    expect(sent?.to).toBe(address(ours));
    expect(sent?.description).toBe(`Bridge.connect(chainSelector: 1, peer: ${address(theirs)})`);
    expect(sent?.data).toBe(
      encodeFunctionData({
        abi: parseAbi(["function connect(uint64 chainSelector, address peer_)"]),
        args: [1n, address(theirs) ?? "0x"],
      }),
    );
    expect(sent?.done).toMatchObject({ to: address(ours), types: ["address"], wanted: [{ index: 0 }] });
  });

  it("replaces a keccak256 reference by the hash of its text, and an account reference by the sender", () => {
    const [first] = plannedChains(
      chain("chain138", all, [
        call("grant", {
          contract: "CCIPRouter",
          function: "grantRole(bytes32, address)",
          args: { role: { keccak256: "TRANSMITTER" }, account: { account: "sender" } },
          done: {
            function: "hasRole",
            args: [{ keccak256: "TRANSMITTER" }, { account: "sender" }],
            returns: true,
          },
        }),
      ]),
    );
    expect(first?.calls[0]?.transaction(new Map()).description).toBe(
      `CCIPRouter.grantRole(role: ${keccak256(stringToHex("TRANSMITTER"))}, account: ${OWNER})`,
    );
  });

  it("sends a call through a Safe as a transaction of the Safe's owner", () => {
    const [first] = plannedChains(
      chain(
        "chain138",
        [...all, define("MultiSig", { owners: [OWNER], threshold: 1 })],
        [call("lane", { ...setLane, through: "MultiSig" })],
      ),
    );
    const safe = first?.contracts.find(({ name }) => name === "MultiSig")?.address;
    const sent = first?.calls[0]?.transaction(new Map());
    expect(sent?.to).toBe(safe);
    const { args } = decodeFunctionData({
      abi: parseAbi([
        "function execTransaction(address, uint256, bytes, uint8, uint256, uint256, uint256, address, address, bytes)",
      ]),
      data: sent?.data ?? "0x",
    });
    expect(args[0]).toBe(first?.contracts.find(({ name }) => name === "CCIPRouter")?.address);
    expect(args[9]).toHaveLength(2 + 2 * 65);
  });

  const setLane: Partial<CallDefinition> = {
    contract: "CCIPRouter",
    function: "setLane",
    args: [1, true, 0],
    done: { function: "lanes", args: [1], returns: { enabled: true } },
  };

  it("reports everything that is wrong with calls at once", () => {
    const wrong = [
      call("one", { ...setLane, args: [1, "yes"] }),
      call("two", { ...setLane, function: "setLanes" }),
      call("three", { ...setLane, done: { function: "lanes", args: [], returns: { price: 1 } } }),
      call("four", {
        ...setLane,
        done: { function: "lanes", args: [1], returns: { enabled: "yes please" } },
      }),
      call("five", {
        args: [1, OWNER],
        done: { function: "peer", args: {}, returns: { contrct: "WETH9" } },
      }),
      call("six", { args: [1, OWNER], done: { function: "connect", args: [1, OWNER] } }),
    ];
    const key = "contracts.chains.chain138.calls";
    expect(messagesOf(planContracts([chain("chain138", all, wrong)], artifacts))).toEqual([
      `${key}.one.args has 2 arguments; there are 3 parameters: selector (uint64), enabled (bool), fee (uint128)`,
      `${key}.two.function is "setLanes", which is no function of the contract; did you mean "setLane"? (functions: setLane, lanes, deliver, grantRole, hasRole)`,
      `${key}.three.done.args has 0 arguments; there is 1 parameter: selector (uint64)`,
      `${key}.three.done.returns.price is no value of lanes, which returns enabled, fee`,
      `${key}.four.done.returns.enabled is "yes please"; must be true or false (bool enabled)`,
      `${key}.five.done.returns is {"contrct":"WETH9"}; did you mean { contract: WETH9 }?`,
      `${key}.six.done.function is "connect", which returns nothing; choose a view that returns a value`,
    ]);
    const useless = [
      call("one", { ...setLane, through: "WETH9" }),
      call("two", { ...setLane, function: "lanes", args: [1] }),
      call("three", { ...setLane, done: { function: "lanes", args: [1], returns: {} } }),
      call("four", { ...setLane, done: { function: "deliver", args: [] } }),
    ];
    expect(messagesOf(planContracts([chain("chain138", all, useless)], artifacts))).toEqual([
      `${key}.one.through is "WETH9", which is no Safe: it has no execTransaction`,
      `${key}.two.function is "lanes", a view: as a transaction it changes nothing`,
      `${key}.three.done.returns names no value to compare; name what lanes returns once the call was made`,
      `${key}.four.done.function is "deliver", which is no view: it shows what a transaction would do, not what was done`,
    ]);
    const unknownNames = [
      call("one", { contract: "Gone" }),
      call("two", { ...setLane, through: "Multisig", after: ["three"] }),
      call("three", { ...setLane, after: ["two", "four"] }),
      call("five", { ...setLane, after: ["five"] }),
    ];
    expect(messagesOf(planContracts([chain("chain138", all, unknownNames)], artifacts))).toEqual([
      `${key}.one.contract is "Gone", which is no contract of chain138`,
      `${key}.one.args.peer names the chain mainnet, which is not in the config`,
      `${key}.one.done.returns names the chain mainnet, which is not in the config`,
      `${key}.two.through is "Multisig", which is no contract of chain138`,
      `${key}.three.after[1] is "four", which is no call of chain138`,
      `${key}.two.after and the key after of three, five name each other; none of these calls can come first`,
    ]);
  });
});

describe("a proxy", () => {
  const token = define("Token");
  const proxy = define("Proxy", {
    implementation: { contract: "Token" },
    data: {
      call: "initialize",
      of: "Token",
      args: { owner: { account: "sender" }, limits: { open: true, capacity: "7" } },
    },
  });
  const throughProxy = (values: Partial<CallDefinition>) =>
    call("fund", {
      contract: "Proxy",
      interface: "Token",
      function: "fund",
      args: { limits: [{ capacity: 1, open: false }, [2, true]] },
      done: { function: "owner", args: {}, returns: { account: "sender" } },
      ...values,
    });

  it("gets the data of its initializer, with arguments by name and references", () => {
    const [first, second] = planned([proxy, token]);
    const { abi } = artifacts.get("Token") as Artifact;
    const data = encodeFunctionData({
      abi,
      functionName: "initialize",
      args: [OWNER, { capacity: 7n, open: true }],
    });
    const creation = second?.creation(new Map());
    expect([first?.name, second?.name]).toEqual(["Token", "Proxy"]);
    expect(creation?.encodedArguments).toBe(
      encodeAbiParameters([{ type: "address" }, { type: "bytes" }], [first?.address ?? "0x", data]),
    );
    expect(creation?.description).toBe(
      `Proxy(implementation: ${first?.address}, data: initialize(owner: ${OWNER}, limits: {capacity: 7, open: true}))`,
    );
  });

  it("is called by the functions of its implementation", () => {
    const [only] = plannedChains(chain("chain138", [token, proxy], [throughProxy({ value: 5n })]));
    const address = only?.contracts.find(({ name }) => name === "Proxy")?.address;
    const [planOfCall] = only?.calls ?? [];
    const transaction = planOfCall?.transaction(new Map());
    const { abi } = artifacts.get("Token") as Artifact;
    expect(transaction?.to).toBe(address);
    expect(planOfCall?.value).toBe(5n);
    expect(transaction?.description).toBe(
      "Proxy.fund(limits: [{capacity: 1, open: false}, {capacity: 2, open: true}]) with 5 wei",
    );
    expect(decodeFunctionData({ abi, data: transaction?.data ?? "0x" }).args).toEqual([
      [
        { capacity: 1n, open: false },
        { capacity: 2n, open: true },
      ],
    ]);
    // The errors of the implementation explain a revert.
    expect(planOfCall?.contract).toBe("Token");
  });

  it("may be called by an interface, which nothing deploys", () => {
    const pause = { interface: "IToken", function: "owner", args: {} };
    expect(
      messagesOf(planContracts([chain("chain138", [token, proxy], [throughProxy(pause)])], artifacts)),
    ).toEqual([
      `contracts.chains.chain138.calls.fund.function is "owner", a view: as a transaction it changes nothing`,
    ]);
    expect(findings(define("IToken"))).toEqual([
      "contracts.chains.chain138.contracts.IToken cannot be deployed: IToken is an interface or an abstract contract",
    ]);
    expect(
      messagesOf(
        planContracts([chain("chain138", [token, proxy], [throughProxy({ interface: "Tokn" })])], artifacts),
      ),
    ).toEqual([
      'contracts.chains.chain138.calls.fund.interface is "Tokn", which is no contract of chain138 or of contracts/src; did you mean "Token"?',
    ]);
  });
});

describe("the expected return of a view", () => {
  const token = define("Token");
  const wanted = (view: string, returns: unknown) => {
    const done = { function: view, args: {}, returns };
    const fund = call("fund", { contract: "Token", function: "fund", args: [[]], done });
    const plan = planContracts([chain("chain138", [token], [fund])], artifacts);
    return plan.kind === "plan"
      ? plan.chains[0]?.calls[0]?.transaction(new Map()).done
      : messagesOf(plan)?.map((message) => message.replace("contracts.chains.chain138.calls.fund.done.", ""));
  };
  const encoded = (type: string, value: unknown) => encodeAbiParameters([{ type }], [value]);

  it("may be some fields of a struct, or all in order", () => {
    const open = { index: 0, path: [1], value: encoded("bool", true) };
    const capacity = { index: 0, path: [0], value: encoded("uint256", 7n) };
    expect(wanted("limits", { open: true })).toMatchObject({ types: ["(uint256,bool)"], wanted: [open] });
    expect(wanted("limits", ["7", true])).toMatchObject({ wanted: [capacity, open] });
    expect(
      wanted("state", { state: { limits: { open: true }, owner: { contract: "Token" } } }),
    ).toMatchObject({
      types: ["((uint256,bool),address)", "uint256"],
      wanted: [
        { index: 0, path: [0, 1], value: encoded("bool", true) },
        { index: 0, path: [1] },
      ],
    });
    expect(wanted("state", { block: 9 })).toMatchObject({
      wanted: [{ index: 1, value: encoded("uint256", 9n) }],
    });
  });

  it("has findings about fields that the struct does not have", () => {
    expect(wanted("limits", { opn: true })).toEqual([
      'returns.opn is no value of limits, which returns capacity, open; did you mean "open"?',
    ]);
    expect(wanted("limits", { open: 1 })).toEqual(["returns.open is 1; must be true or false (bool open)"]);
    expect(wanted("state", { state: [[1, true], OWNER, 3] })).toEqual([
      "returns.state[2] is no value of state, which returns state, block",
    ]);
  });
});

describe("wei", () => {
  it("go only to constructors and functions that are payable", () => {
    const paid = { ...define("Proxy", { implementation: OWNER, data: "0x" }), value: 9n };
    expect(planned([paid])[0]?.value).toBe(9n);
    expect(planned([paid])[0]?.creation(new Map()).description).toContain(") with 9 wei");
    expect(findings({ ...weth, value: 9n })).toEqual([
      "contracts.chains.chain138.contracts.WETH9.value is 9; the constructor of WETH9 is not payable, so that it would revert",
    ]);
    const lane = call("lane", {
      contract: "CCIPRouter",
      function: "setLane",
      args: [1, true, 0],
      value: 1n,
      done: { function: "lanes", args: [1], returns: { enabled: true } },
    });
    expect(messagesOf(planContracts([chain("chain138", [router], [lane])], artifacts))).toEqual([
      "contracts.chains.chain138.calls.lane.value is 1; setLane is not payable, so that it would revert",
    ]);
  });

  it("go through a Safe, which hands them on", () => {
    const safe = define("MultiSig", { owners: [OWNER], threshold: 1 });
    const fund = call("fund", {
      contract: "Token",
      function: "fund",
      args: [[]],
      value: 5n,
      through: "MultiSig",
      done: { function: "owner", args: {}, returns: OWNER },
    });
    const [only] = plannedChains(chain("chain138", [safe, define("Token")], [fund]));
    const { abi } = artifacts.get("MultiSig") as Artifact;
    const { data = "0x" } = only?.calls[0]?.transaction(new Map()) ?? {};
    expect(decodeFunctionData({ abi, data }).args?.[1]).toBe(5n);
    expect(only?.calls[0]?.value).toBe(5n);
  });
});

describe("a library that is deployed by itself", () => {
  it("is linked into the contracts that call it, and comes before them", () => {
    const [library, sorted] = planned([define("Sorted", { length: 3 }), define("Sorting")]);
    const address = library?.address?.slice(2).toLowerCase();
    expect([library?.name, sorted?.name]).toEqual(["Sorting", "Sorted"]);
    expect(sorted?.uses).toEqual(["Sorting"]);
    const creation = sorted?.creation(new Map());
    expect(creation?.libraries).toEqual({ [`${SORTING}:Sorting`]: library?.address });
    expect(creation?.initCode).toBe(`0x60${address}61${address}${"3".padStart(64, "0")}`);
    expect(creation?.initCodeHash).toBe(keccak256(creation?.initCode ?? "0x"));
  });

  it("that the chain does not get is a finding, but only if a contract of the chain calls it", () => {
    expect(findings(define("Sorted", { length: 3 }))).toEqual([
      "contracts.chains.chain138.contracts.Sorted needs the library Sorting (contracts/src/Sorting.sol), which Sorted calls and which is deployed by itself: add it to the contracts of chain138, `Sorting: {}`",
    ]);
    expect(findings(weth)).toBeUndefined();
  });

  it("of which the address is known only after its deployment is waited for", () => {
    const [, sorted] = planned([define("Sorted", { length: 3 }), define("Sorting", {}, { kind: "create" })]);
    expect(sorted?.waitsFor).toEqual(["chain138/Sorting"]);
    expect(sorted?.address).toBeUndefined();
  });
});
