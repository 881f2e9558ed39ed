import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expanded, parseDotEnv, variablesIn } from "./environment";

describe(".env", () => {
  it("has comments, quotes and values over several lines", () => {
    expect(
      parseDotEnv('# ours\nA=1\nexport B="two words"\n\nC=\'x=y # no comment\'\nD="over\nlines"\n', ".env"),
    ).toEqual({ A: "1", B: "two words", C: "x=y # no comment", D: "over\nlines" });
  });

  it("names lines that are no assignment, and not what they hold", () => {
    const text = "A=1\nsecret-without-a-name\n# fine\n0x1234 = 5\n";
    expect(() => parseDotEnv(text, ".env")).toThrow(".env: lines 2, 4 are no NAME=value.");
    expect(() => parseDotEnv(text, ".env")).not.toThrow(/secret/);
  });

  it("takes whatever is an assignment", () => {
    const name = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
    const value = fc.stringMatching(/^[\w:/.@+-]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const text = Object.entries(values)
          .map(([key, one]) => `${key}=${one}\n`)
          .join("");
        expect({ ...parseDotEnv(text, ".env") }).toEqual({ ...values });
      }),
    );
  });
});

describe("a text with variables", () => {
  it("is expanded where it is used", () => {
    process.env["CHAINFLEET_TEST_HOST"] = "node.example";
    expect(variablesIn("https://$" + "{CHAINFLEET_TEST_HOST}/v2/$" + "{OTHER}")).toEqual([
      "CHAINFLEET_TEST_HOST",
      "OTHER",
    ]);
    expect(expanded("https://$" + "{CHAINFLEET_TEST_HOST}/v2")).toBe("https://node.example/v2");
    expect(() => expanded("$" + "{CHAINFLEET_TEST_NOT_SET}")).toThrow("CHAINFLEET_TEST_NOT_SET is not set");
  });
});
