import type { Kind } from "../resources/kind";
import type { Cloud } from "./cloud";
import type { Dialect } from "./dialect";

/** One kind of resource together with the cloud that it lives in. */
export interface KindContext {
  readonly cloud: Cloud;
  readonly dialect: Dialect;
  readonly kind: Kind;
}
