import { describe, expect, it } from "vitest";
import { ChainfleetError } from "../../../components/error";
import { parseStackFile, plainStackName, stackFile, writtenConfig } from "./written-config";

const parse = (text: string) => parseStackFile(text, "Pulumi.mine.yaml").config;

describe("the name of a stack", () => {
  it("may be plain or full, and names one file", () => {
    for (const name of ["dev", "organization/dev", "organization/chainfleet/dev"]) {
      expect(plainStackName(name)).toBe("dev");
      expect(stackFile(name)).toBe("Pulumi.dev.yaml");
      expect(writtenConfig(name)).toEqual(writtenConfig("dev"));
    }
  });

  it("of another project, or that leads out of the folder, is refused", () => {
    expect(() => stackFile("acme/billing/dev")).toThrow(
      /the project billing.*--stack acme\/chainfleet\/dev/s,
    );
    for (const name of ["", "/dev", "a/b/c/dev", "organization/chainfleet/", "../../etc/passwd x"]) {
      expect(() => stackFile(name), name).toThrow(/^STACK_NAME_INVALID/);
    }
  });
});

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
