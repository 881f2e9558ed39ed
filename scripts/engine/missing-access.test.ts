import { expect, it } from "vitest";
import { EngineFailure } from "./command";

const failure = (stderr: string) => new EngineFailure("up", { stdout: "", stderr, code: 255 }, null);

it.each([
  [
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    "NOT_LOGGED_IN",
    "pulumi login",
  ],
  [
    "error: getting stack configuration: get stack secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    "PASSPHRASE_MISSING",
    "Set PULUMI_CONFIG_PASSPHRASE",
  ],
  ["error: constructing secrets manager: incorrect passphrase", "PASSPHRASE_WRONG", "Correct"],
])("a CLI that says %j is answered with what to do", (stderr, code, next) => {
  expect(failure(stderr)).toMatchObject({ code, next: expect.stringContaining(next) });
});

it("any other failure of the CLI is told in the CLI's words", () => {
  expect(failure("error: no space left on device")).toMatchObject({
    code: "ENGINE_FAILED",
    summary: "pulumi up ended with exit code 255:\nerror: no space left on device",
  });
});
