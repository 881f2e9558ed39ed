import fc from "fast-check";
import { type AbiParameter, getAddress, parseAbiParameters } from "viem";
import { describe, expect, it } from "vitest";
import { type Arguments, encodeArguments } from "../definitions/parameters";
import { argumentFindings } from "./argument-findings";

const SENDER = "0x000000000000000000000000000000000000dEaD";
const context = { chain: "chain138", sender: SENDER } as const;
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
    const types = [
      "address",
      "uint256",
      "bytes32",
      "bytes",
      "bool",
      "string",
      "address[]",
      "uint8[2]",
      "tuple",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
        const parameters = [{ name: "it_", type }];
        if (only(type, value).length === 0) {
          expect(encodeArguments(parameters, { it: value })).toMatch(/^0x/);
        }
      }),
    );
  });
});
