import { isDeepStrictEqual } from "node:util";
import { condition, field } from "../api/object";
import type { Awaiter } from "./awaiter";

/** A quota is ready when its controller has taken it in. */
export const resourceQuota: Awaiter = {
  timeoutSeconds: 60,
  related: [],
  verdict: (object) =>
    isDeepStrictEqual(field(object, "spec", "hard"), field(object, "status", "hard"))
      ? "ready"
      : { reasons: ["ResourceQuota has not been taken in by its controller"] },
};

/** A definition is ready when its custom resources can be made. */
export const customResourceDefinition: Awaiter = {
  timeoutSeconds: 60,
  related: [],
  verdict: (object) => {
    if (condition(object, "Established")?.status === "True") {
      return "ready";
    }
    const refused = condition(object, "NamesAccepted");
    return {
      reasons: [refused?.message || "CustomResourceDefinition is not established"],
    };
  },
};
