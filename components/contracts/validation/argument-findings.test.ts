import fc from "fast-check";
import {
  type Abi,
  type AbiParameter,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  keccak256,
  parseAbi,
  parseAbiParameters,
  stringToHex,
} from "viem";
import { describe, expect, it } from "vitest";
import type { Arguments } from "../definitions/parameters";
import { encodeValues, valuesOf } from "../definitions/values";
import { argumentFindings } from "./argument-findings";

const SENDER = "0x000000000000000000000000000000000000dEaD";
const TOKEN = parseAbi([
  "struct Limits { uint256 capacity; address[] payers }",
  "function initialize(address owner_, Limits limits_)",
  "function initialize(address owner)",
  "function pause()",
]);
const context = {
  chain: "chain138",
  sender: SENDER,
  interfaceNamed: (name: string) => (name === "Token" ? (TOKEN as Abi) : undefined),
  interfaceNames: ["Token", "WETH9"],
  contractNames: new Map([
    ["chain138", ["WETH9", "Token"]],
    ["mainnet", ["WETH9"]],
  ]),
} as const;
/** The address of every contract. */
const DEPLOYED = "0x00000000000000000000000000000000DeaDBeef";
const encodeArguments = (parameters: readonly AbiParameter[], args: Arguments) =>
  encodeValues(valuesOf(parameters, args, context, () => DEPLOYED));
const messages = (parameters: readonly AbiParameter[], args: Arguments) =>
  argumentFindings("args", parameters, args, context).map(({ key, problem }) => `${key} ${problem}`);
const tokenParameters = parseAbiParameters(
  "address owner_, address token_, uint256 step_",
) as readonly AbiParameter[];

describe("the name of an argument", () => {
  it("is the Solidity name of the parameter, with or without its underscores", () => {
    const exact = { owner_: SENDER, token_: SENDER, step_: 1 };
    const bare = { owner: SENDER, token: SENDER, step: 1 };
    for (const written of [exact, bare, { ...exact, step_: undefined, step: 1 }]) {
      const args = JSON.parse(JSON.stringify(written)) as Arguments;
      expect(messages(tokenParameters, args)).toEqual([]);
      expect(encodeArguments(tokenParameters, args)).toBe(
        encodeArguments(tokenParameters, [SENDER, SENDER, 1]),
      );
    }
  });

  it("may be given only once", () => {
    expect(messages(tokenParameters, { owner: SENDER, owner_: SENDER, token: SENDER, step: 1 })).toEqual([
      "args.owner_ and owner are the same parameter; leave one out",
    ]);
  });

  it("is the exact Solidity name if two parameters differ by underscores only", () => {
    const parameters = parseAbiParameters("uint256 value, uint256 _value") as readonly AbiParameter[];
    expect(messages(parameters, { value: 1, _value: 2 })).toEqual([]);
    expect(encodeArguments(parameters, { value: 1, _value: 2 })).toBe(encodeArguments(parameters, [1, 2]));
    expect(messages(parameters, { value: 1 })).toEqual(["args._value is missing (uint256 _value)"]);
  });

  it("may equal a key of a reference or a property that every object has", () => {
    const parameters = parseAbiParameters("address contract_, string toString") as readonly AbiParameter[];
    expect(messages(parameters, { contract: SENDER })).toEqual([
      "args.toString is missing (string toString)",
    ]);
    expect(
      messages(parseAbiParameters("address account") as readonly AbiParameter[], { account: "sender" }),
    ).toEqual([
      'args.account is "sender"; must be an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender } (address account)',
    ]);
  });

  it("does not change the encoding: arguments by name encode as the same arguments in order", () => {
    const name = fc.stringMatching(/^_{0,2}[a-c]{1,2}_{0,2}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (names) => {
        const parameters = names.map((one) => ({ name: one, type: "uint256" }));
        const args = Object.fromEntries(names.map((one, index) => [one, index]));
        expect(messages(parameters, args)).toEqual([]);
        expect(encodeArguments(parameters, args)).toBe(
          encodeArguments(
            parameters,
            names.map((_, index) => index),
          ),
        );
      }),
    );
  });

  it("cannot be used if a parameter has no name", () => {
    const parameters = parseAbiParameters("uint256, address owner") as readonly AbiParameter[];
    expect(messages(parameters, { owner: SENDER })).toEqual([
      "args must be a list, as not every parameter has a name; there are 2 parameters: uint256, owner (address)",
    ]);
  });
});

describe("a finding about an argument", () => {
  const only = (type: string, value: unknown) => messages([{ name: "it", type }], { it: value });

  it("names the parameter that was probably meant, and does not report that parameter as missing", () => {
    expect(messages(tokenParameters, { owner: SENDER, tokn: SENDER, step: 1 })).toEqual([
      'args.tokn is no parameter; did you mean "token"?',
    ]);
    expect(messages(tokenParameters, { owner: SENDER, token: SENDER, step: 1, stap: 1 })).toEqual([
      "args.stap is no parameter; there are 3 parameters: owner (address), token (address), step (uint256)",
    ]);
  });

  it("names the forms of a reference, and the reference that was probably meant", () => {
    const forms =
      "an address, { contract: <name> }, { contract: <name>, chain: <name> } or { account: sender }";
    expect(only("address", { account: "sendr" })).toEqual([
      `args.it is {"account":"sendr"}; must be ${forms} (address it); did you mean { account: sender }?`,
    ]);
    expect(only("address", { contrct: "WETH9", chan: "mainnet" })).toEqual([
      `args.it is {"contrct":"WETH9","chan":"mainnet"}; must be ${forms} (address it); did you mean { contract: WETH9, chain: mainnet }?`,
    ]);
    expect(only("address", { account: "deployer" })).toEqual([
      `args.it is {"account":"deployer"}; must be ${forms} (address it)`,
    ]);
    expect(only("bytes32", { kecak256: "ROLE" })).toEqual([
      'args.it is {"kecak256":"ROLE"}; must be 0x and 64 hex digits, or { keccak256: <text> } (bytes32 it); did you mean { keccak256: ROLE }?',
    ]);
    expect(only("uint8", { contract: "WETH9" })).toEqual([
      'args.it is {"contract":"WETH9"}; must be a whole number from 0 to 2^8 - 1 (uint8 it)',
    ]);
  });

  it("advises quotes for an address or bytes that YAML has read as a number", () => {
    for (const type of ["address", "bytes32", "bytes", "string"]) {
      expect(only(type, 0)[0], type).toContain(
        "write it in quotes, because YAML reads it as a number without them",
      );
    }
    expect(only("bool", 0)[0]).not.toContain("quotes");
    expect(only("address", [])[0]).not.toContain("quotes");
  });

  it("names a contract or chain to which a reference leads nowhere", () => {
    expect(only("address", { contract: "WETH8" })).toEqual([
      'args.it names WETH8, which is no contract of chain138; did you mean "WETH9"?',
    ]);
    expect(only("address", { contract: "WETH9", chain: "goerli" })).toEqual([
      "args.it names the chain goerli, which is not in the config",
    ]);
  });

  it("reports a number that lost digits in YAML, and a number that is not whole", () => {
    expect(only("uint256", 1e21)).toEqual([
      "args.it is 1e+21; must be in quotes: a number beyond 2^53 without quotes loses digits (uint256 it)",
    ]);
    expect(only("int8", 1.5)).toEqual([
      "args.it is 1.5; must be a whole number from -2^7 to 2^7 - 1 (int8 it)",
    ]);
    expect(only("uint256", "1000000000000000000000")).toEqual([]);
  });

  it("reports a wrong checksum, but accepts an address in small letters or capitals only", () => {
    const right = getAddress("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    const wrong = right.replace("aaA", "aAA");
    expect(only("address", wrong)).toEqual([
      `args.it is "${wrong}"; the checksum is wrong; with the right checksum this address is ${right} (address it)`,
    ]);
    for (const address of [right.toLowerCase(), `0x${right.slice(2).toUpperCase()}`]) {
      expect(only("address", address)).toEqual([]);
      expect(encodeArguments([{ type: "address" }], [address])).toBe(
        encodeArguments([{ type: "address" }], [right]),
      );
    }
  });

  it("is never an exception: an argument without findings can be encoded", () => {
    const types = ["address", "uint256", "bytes32", "bytes", "bool", "string", "address[]", "uint8[2]"];
    const struct = {
      type: "tuple",
      name: "it_",
      components: parseAbiParameters("address a, uint8[] b, bytes"),
    };
    const parametersOf = fc.oneof(
      fc.constantFrom(...types).map((type) => [{ name: "it_", type }]),
      fc.constantFrom("tuple", "tuple[]", "tuple[2][]").map((type) => [{ ...struct, type }]),
    );
    fc.assert(
      fc.property(parametersOf, fc.jsonValue(), (parameters, value) => {
        if (messages(parameters, { it: value }).length === 0) {
          expect(encodeArguments(parameters, { it: value })).toMatch(/^0x/);
        }
      }),
    );
  });
});

describe("a struct", () => {
  const [limits] = parseAbiParameters([
    "Limits limits_",
    "struct Payer { address account; uint64[2] range }",
    "struct Limits { uint256 capacity_; Payer[] payers; bytes32 role; string contract }",
  ]) as readonly AbiParameter[] as [AbiParameter];
  const first = { account: SENDER, range: [1, 2] };
  const byName = {
    capacity: "5",
    payers: [first, { account: { contract: "WETH9" }, range: [3, 4] }],
    role: { keccak256: "ROLE" },
    contract: "WETH9",
  };

  it("is taken by name and as a list, with references inside", () => {
    const [payers, role] = [byName.payers, byName.role];
    const expected = encodeAbiParameters([limits], [
      [
        5n,
        [
          [SENDER, [1n, 2n]],
          [DEPLOYED, [3n, 4n]],
        ],
        keccak256(stringToHex("ROLE")),
        "WETH9",
      ],
    ] as never);
    const written = [
      byName,
      ["5", payers, role, "WETH9"],
      ["5", [[SENDER, [1, 2]], payers[1]], role, "WETH9"],
    ];
    for (const value of written) {
      expect(messages([limits], { limits: value })).toEqual([]);
      expect(encodeArguments([limits], { limits: value })).toBe(expected);
      expect(encodeArguments([limits], [value])).toBe(expected);
    }
  });

  it("has findings about each field, with the field's key", () => {
    expect(
      messages([limits], {
        limits: { capacity: -1, payers: [{ acount: SENDER, range: [1] }, 5], contract: "WETH9", rol: 1 },
      }),
    ).toEqual([
      "args.limits.capacity is -1; must be a whole number from 0 to 2^256 - 1 (uint256 capacity_)",
      "args.limits.payers[0].range has 1 entries; must have 2 (uint64[2] range)",
      'args.limits.payers[0].acount is no parameter; did you mean "account"?',
      "args.limits.payers[1] is 5; must be a struct, by name or as a list ((address account, uint64[2] range))",
      'args.limits.rol is no parameter; did you mean "role"?',
    ]);
    expect(messages([limits], ["no struct"])[0]).toContain("must be a struct, by name or as a list (");
    expect(messages([limits], [["5", []]])[0]).toContain("args[0] has 2 arguments; there are 4 parameters");
  });

  it("that has only a field named contract is no reference", () => {
    const [named] = parseAbiParameters([
      "Named named",
      "struct Named { string contract }",
    ]) as readonly AbiParameter[] as [AbiParameter];
    expect(encodeArguments([named], { named: { contract: "WETH9" } })).toBe(
      encodeAbiParameters([named], [["WETH9"]] as never),
    );
  });

  it("encodes as viem encodes it, however nested, by name as well as in order", () => {
    fc.assert(
      fc.property(parameterAndValue(3), ({ parameter, config, listed, plain }) => {
        const expected = encodeAbiParameters([parameter], [plain] as never);
        for (const value of [config, listed]) {
          expect(messages([parameter], [value])).toEqual([]);
          expect(encodeArguments([parameter], [value])).toBe(expected);
        }
      }),
    );
  });
});

/** A parameter, a value as a config has it, by name and as lists, and as viem's encoder takes it. */
interface Sample {
  readonly parameter: AbiParameter;
  readonly config: unknown;
  readonly listed: unknown;
  readonly plain: unknown;
}

function parameterAndValue(depth: number): fc.Arbitrary<Sample> {
  const sample = (type: string, config: unknown, plain: unknown): Sample => ({
    parameter: { type, name: "it" },
    config,
    listed: config,
    plain,
  });
  const scalar = fc.oneof(
    fc.bigInt(0n, 2n ** 256n - 1n).map((value) => sample("uint256", String(value), value)),
    fc.boolean().map((value) => sample("bool", value, value)),
    fc.string().map((value) => sample("string", value, value)),
    fc
      .constantFrom({ contract: "WETH9" }, { contract: "WETH9", chain: "mainnet" })
      .map((value) => sample("address", value, DEPLOYED)),
    fc.constant(sample("address", { account: "sender" }, SENDER)),
  );
  if (depth === 0) {
    return scalar;
  }
  const inner = parameterAndValue(depth - 1);
  const list = fc
    .tuple(inner, fc.nat(3), fc.boolean())
    .map(([{ parameter, ...value }, length, isFixed]): Sample => {
      const repeated = (one: unknown) => Array.from({ length }, () => one);
      return {
        parameter: { ...parameter, type: `${parameter.type}[${isFixed ? length : ""}]` },
        config: repeated(value.config),
        listed: repeated(value.listed),
        plain: repeated(value.plain),
      };
    });
  const struct = fc.array(inner, { minLength: 1, maxLength: 4 }).map(
    (fields): Sample => ({
      parameter: {
        type: "tuple",
        name: "it",
        components: fields.map(({ parameter }, index) => ({ ...parameter, name: `field${index}_` })),
      } as AbiParameter,
      config: Object.fromEntries(fields.map(({ config }, index) => [`field${index}`, config]).reverse()),
      listed: fields.map(({ listed }) => listed),
      plain: Object.fromEntries(fields.map(({ plain }, index) => [`field${index}_`, plain])),
    }),
  );
  return fc.oneof(scalar, list, struct);
}

describe("the data of a call", () => {
  const data = [{ name: "data_", type: "bytes" }];

  it("is written as the call, with arguments by name and with references", () => {
    const args = { owner: { contract: "WETH9" }, limits: { capacity: 7, payers: [{ account: "sender" }] } };
    const call = { call: "initialize(address,(uint256,address[]))", of: "Token", args };
    const expected = encodeFunctionData({
      abi: [TOKEN[0]],
      args: [DEPLOYED, { capacity: 7n, payers: [SENDER] }],
    } as never);
    expect(messages(data, { data: call })).toEqual([]);
    expect(encodeArguments(data, { data: call })).toBe(encodeAbiParameters(data, [expected]));
    expect(messages(data, { data: { call: "pause", of: "Token" } })).toEqual([]);
    expect(messages(data, { data: "0x" })).toEqual([]);
  });

  it("has findings about the contract, the function and each argument", () => {
    expect(messages(data, { data: { call: "pause", of: "Tokn" } })).toEqual([
      'args.data.of is "Tokn", which is no contract of chain138 or of contracts/src; did you mean "Token"?',
    ]);
    expect(messages(data, { data: { call: "initialise", of: "Token" } })[0]).toMatch(
      /^args\.data\.call is "initialise", which is no function of the contract; did you mean "initialize"\?/,
    );
    expect(
      messages(data, { data: { call: "initialize(address)", of: "Token", args: { owner: 5 } } })[0],
    ).toMatch(/^args\.data\.args\.owner is 5; must be an address/);
    expect(messages(data, { data: { cal: "pause", of: "Token" } })[0]).toContain(
      "did you mean { call: pause, of: Token }?",
    );
    expect(messages(data, { data: { call: "initialize(address)", of: "Token" } })).toEqual([
      "args.data has 0 arguments; there is 1 parameter: owner (address)",
    ]);
  });

  it("is no value of another type", () => {
    expect(messages([{ name: "it", type: "bytes32" }], { it: { call: "pause", of: "Token" } })[0]).toContain(
      "must be 0x and 64 hex digits",
    );
  });
});
