import { afterEach, describe, expect, it, vi } from "vitest";
import { missingCli } from "./command";
import { unknownStack } from "./stack";

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
