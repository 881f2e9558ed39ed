import { expect, test } from "vitest";
import { ApiError } from "../api/errors";
import { withoutSecrets } from "./redaction";

test("an error about a Secret quotes none of its values, in no encoding", () => {
  const value = "sw0rd fish";
  const encoded = Buffer.from(value).toString("base64");
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "keys" },
    data: { a: encoded },
    stringData: { b: value },
  };
  const error = new ApiError(422, "Invalid", `Secret "keys" is invalid: got "${value}" and ${encoded}`);
  const { message } = withoutSecrets(error, secret) as ApiError;
  expect(message).toBe('Secret "keys" is invalid: got "[secret]" and [secret]');
});
