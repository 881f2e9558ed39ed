import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandVariables, parseDotEnv, variablesIn } from "./environment";

describe(".env", () => {
  it("may contain comments, quotes and values of several lines", () => {
    expect(
      parseDotEnv(
        '# comment\nA=1\nexport B="two words"\n\nC=\'x=y # no comment\'\nD="over\nlines"\n',
        ".env",
      ),
    ).toEqual({ A: "1", B: "two words", C: "x=y # no comment", D: "over\nlines" });
  });

  it("is refused with the numbers of invalid lines, without quoting their content", () => {
    const text = "A=1\nsecret-without-a-name\n# comment\n0x1234 = 5\n";
    expect(() => parseDotEnv(text, ".env")).toThrow(
      "DOTENV_INVALID: .env: lines 2, 4 are not of the form NAME=value.",
    );
    expect(() => parseDotEnv(text, ".env")).not.toThrow(/secret/);
  });

  it("may contain any assignments", () => {
    const name = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
    const value = fc.stringMatching(/^[\w:/.@+-]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const text = Object.entries(values)
          .map(([key, assigned]) => `${key}=${assigned}\n`)
          .join("");
        expect({ ...parseDotEnv(text, ".env") }).toEqual({ ...values });
      }),
    );
  });
});

describe("a text with variables", () => {
  it("is expanded with the values of the environment", () => {
    process.env["CHAINFLEET_TEST_HOST"] = "node.example";
    expect(variablesIn("https://$" + "{CHAINFLEET_TEST_HOST}/v2/$" + "{OTHER}")).toEqual([
      "CHAINFLEET_TEST_HOST",
      "OTHER",
    ]);
    expect(expandVariables("https://$" + "{CHAINFLEET_TEST_HOST}/v2")).toBe("https://node.example/v2");
    expect(() => expandVariables("$" + "{CHAINFLEET_TEST_NOT_SET}")).toThrow(
      "CHAINFLEET_TEST_NOT_SET is not set",
    );
  });
});
