import { afterEach, describe, expect, it, vi } from "vitest";
import { ChainfleetError } from "../../components/error";
import { missingCli } from "./command";
import { parseWrittenConfig } from "./project";
import { unknownStack } from "./stack";

const parse = (text: string) => parseWrittenConfig(text, "Pulumi.mine.yaml");

describe("a stack's file", () => {
  it("is parsed, and may be empty or have no config", () => {
    expect(parse("config:\n  chainfleet:stack: full\n")).toEqual({ "chainfleet:stack": "full" });
    expect(parse("")).toEqual({});
    expect(parse("encryptionsalt: v1:x\nconfig:\n")).toEqual({});
  });

  it.each([
    [
      "config:\n  a: 1\n b: 2\n",
      /^STACK_FILE_NOT_YAML: Pulumi\.mine\.yaml, line 3, column 1: All mapping items must start/,
    ],
    [
      "config:\n  a: 1\n  a: 2\n",
      /^STACK_FILE_NOT_YAML: Pulumi\.mine\.yaml, line 3, column 3: Map keys must be unique\./,
    ],
    ["config:\n\ta: 1\n", /^STACK_FILE_NOT_YAML: Pulumi\.mine\.yaml, line 2, column 1: Tabs are not allowed/],
    ["config:\n  a: *b\n", /^STACK_FILE_NOT_YAML: Pulumi\.mine\.yaml: Unresolved alias/],
  ])("that is not YAML is refused, and the error names the line and the column: %j", (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(ChainfleetError);
  });

  it.each(["config:\n  key: 'x' 0xsecret\n", 'config:\n  key: "0xsecret\n', "config: [1, 2\nkey: 0xsecret"])(
    "is not quoted in the error, because the text may be a private key: %j",
    (text) => {
      expect(() => parse(text)).toThrow(/line \d, column \d+: \w/);
      expect(() => parse(text)).not.toThrow(/0xsecret/);
    },
  );
});

describe("the error for a missing CLI or an unknown stack", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("says how to use the local target, but only in a shell that does not use the local target", () => {
    const hint = /make up.*eval "\$\(make -s env\)"/;
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", "http://127.0.0.1:1");
    expect(missingCli(undefined).message).not.toMatch(hint);
    expect(unknownStack("dev", new Error()).message).not.toMatch(hint);
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", undefined);
    expect(missingCli(undefined).message).toMatch(hint);
    expect(unknownStack("dev", new Error()).message).toMatch(hint);
  });

  it("says how to create an unknown stack", () => {
    expect(unknownStack("mine", new Error()).message).toMatch(
      /"mine" does not exist.*pulumi stack init mine\n.*--secrets-provider/s,
    );
  });
});
