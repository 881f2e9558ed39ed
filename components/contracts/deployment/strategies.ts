import type { DeploymentMethod } from "../definitions/definitions";
import { create } from "./create";
import { create2 } from "./create2";
import { existing } from "./existing";
import type { DeploymentStrategy } from "./strategy";

/** The strategy of a deployment method. */
export function strategyOf(method: DeploymentMethod): DeploymentStrategy {
  switch (method.kind) {
    case "create2":
      return create2(method);
    case "create":
      return create();
    case "existing":
      return existing(method);
  }
}
