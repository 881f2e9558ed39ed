import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChainfleetError } from "../../components/error";
import { errorJson, errorText } from "./error-layout";

const error = new ChainfleetError({
  code: "STACK_LOCKED",
  summary: "Another run is changing the stack.",
  next: "Wait until that run has ended.",
});
const withoutNext = new ChainfleetError({ code: "CONFIRMATION_REFUSED", summary: "Nothing was changed." });
const pipe = new PassThrough();
const terminal = Object.assign(new PassThrough(), { isTTY: true });

describe("an error in the terminal's layout", () => {
  beforeEach(() => {
    for (const variable of ["FORCE_COLOR", "NO_COLOR", "NODE_DISABLE_COLORS"]) {
      vi.stubEnv(variable, undefined);
    }
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("has the code, the summary and the next step on lines of their own", () => {
    expect(errorText(error, pipe)).toBe(
      "STACK_LOCKED\nAnother run is changing the stack.\nWait until that run has ended.",
    );
    expect(errorText(withoutNext, pipe)).toBe("CONFIRMATION_REFUSED\nNothing was changed.");
  });

  it("is coloured on a terminal only", () => {
    expect(errorText(withoutNext, terminal)).toBe(
      "\u001b[31mCONFIRMATION_REFUSED\u001b[39m\nNothing was changed.",
    );
  });
});

describe("an error as JSON", () => {
  it("is an object with the code, the summary and, if there is one, the next step", () => {
    expect(JSON.parse(errorJson(error))).toEqual({
      error: {
        code: "STACK_LOCKED",
        summary: "Another run is changing the stack.",
        next: "Wait until that run has ended.",
      },
    });
    expect(JSON.parse(errorJson(withoutNext))).toEqual({
      error: { code: "CONFIRMATION_REFUSED", summary: "Nothing was changed." },
    });
  });
});
