import { expect, it } from "vitest";
import { secretsProviderOf } from "./secrets-provider";

const stack = { stack: "prod", project: "chainfleet", backend: undefined };

it("the encryption of a stack's secrets is the one in the stack's file", () => {
  expect(
    secretsProviderOf({ ...stack, file: { secretsprovider: "awskms://alias/x", encryptedkey: "a2V5" } }),
  ).toEqual({ type: "cloud", state: { url: "awskms://alias/x", encryptedkey: "a2V5" } });
  for (const secretsprovider of [undefined, "passphrase"]) {
    const file = { encryptionsalt: "v1:salt", ...(secretsprovider === undefined ? {} : { secretsprovider }) };
    expect(secretsProviderOf({ ...stack, file })).toEqual({
      type: "passphrase",
      state: { salt: "v1:salt" },
    });
  }
  expect(secretsProviderOf({ ...stack, file: {} })).toMatchObject({
    type: "service",
    state: { url: "https://api.pulumi.com", stack: "prod" },
  });
});
