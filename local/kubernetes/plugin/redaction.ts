import { ApiError } from "../api/errors";
import { field, type KubernetesObject } from "../api/object";

/** The error without any value of a Secret in its message: the API server may quote what it does not like. */
export function withoutSecrets(error: unknown, object: KubernetesObject): unknown {
  if (!(error instanceof ApiError) || object.kind !== "Secret") {
    return error;
  }
  const values = [field(object, "data"), field(object, "stringData")]
    .flatMap((data) => Object.values((data ?? {}) as Record<string, unknown>))
    .flatMap((value) => {
      const plain = typeof value === "string" ? value : JSON.stringify(value);
      return [
        plain,
        JSON.stringify(plain).slice(1, -1),
        Buffer.from(plain).toString("base64"),
        Buffer.from(plain, "base64").toString("utf8"),
      ];
    })
    .filter((value) => value !== "")
    .sort((a, b) => b.length - a.length);
  const message = values.reduce((text, value) => text.replaceAll(value, "[secret]"), error.message);
  return new ApiError(error.code, error.reason, message, error.details);
}
