import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChainfleetError } from "../../components/error";
import { notFound } from "./command";
import { parseWrittenConfig } from "./project";
import { unknownStack } from "./stack";

const parse = (text: string) => parseWrittenConfig(text, "Pulumi.mine.yaml");

describe("a stack's file", () => {
  it("is read, empty or not", () => {
    expect(parse("config:\n  chainfleet:stack: full\n")).toEqual({ "chainfleet:stack": "full" });
    expect(parse("")).toEqual({});
    expect(parse("encryptionsalt: v1:x\nconfig:\n")).toEqual({});
  });

  it.each([
    ["config:\n  a: 1\n b: 2\n", /^Pulumi\.mine\.yaml, line 3, column 1: All mapping items must start/],
    ["config:\n  a: 1\n  a: 2\n", /^Pulumi\.mine\.yaml, line 3, column 3: Map keys must be unique\./],
    ["config:\n\ta: 1\n", /^Pulumi\.mine\.yaml, line 2, column 1: Tabs are not allowed/],
    ["config:\n  a: *b\n", /^Pulumi\.mine\.yaml: Unresolved alias/],
  ])("that is no YAML is refused with the place: %j", (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(ChainfleetError);
  });

  it.each(["config:\n  key: 'x' 0xsecret\n", 'config:\n  key: "0xsecret\n', "config: [1, 2\nkey: 0xsecret"])(
    "is not quoted in the error: it may be a key: %j",
    (text) => {
      expect(() => parse(text)).toThrow(/line \d, column \d+: \w/);
      expect(() => parse(text)).not.toThrow(/0xsecret/);
    },
  );
});

describe("after make up, in a shell that does not know of it", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "project-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("a missing CLI and a missing stack come with how to tell the shell", () => {
    const hint = /eval "\$\(make -s env\)"/;
    expect(notFound(root, undefined).message).not.toMatch(hint);
    expect(unknownStack("dev", root, new Error()).message).not.toMatch(hint);
    mkdirSync(join(root, ".chainfleet/local/engine"), { recursive: true });
    expect(notFound(root, undefined).message).toMatch(hint);
    expect(unknownStack("dev", root, new Error()).message).toMatch(hint);
  });

  it("a missing stack comes with how to make it", () => {
    expect(unknownStack("mine", root, new Error()).message).toMatch(
      /"mine" does not exist.*pulumi stack init mine\n.*--secrets-provider/s,
    );
  });
});
