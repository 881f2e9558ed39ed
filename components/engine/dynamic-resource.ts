import * as pulumi from "@pulumi/pulumi";
import { DYNAMIC_TYPE_PREFIX, providerCode } from "./dynamic-type";

/**
 * A resource whose operations are implemented by a module of this project, which Pulumi's dynamic provider runs.
 *
 * Pulumi stores the code of a dynamic provider in the state and replaces the resource when the code changes. The SDK's
 * own `dynamic.Resource` generates the code by serializing a closure. A new version of the compiler or of the SDK would
 * serialize the closure differently and thereby replace every validator key and the genesis. Serializing also takes
 * 0.3 s in each run. The code of a DynamicResource is a constant that contains only the resource's type, and
 * `providers.js` maps the type to a module. The modules may move and change freely, and an old state always runs the
 * newest module.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type the last part of the type token, `pulumi-nodejs:dynamic/chainfleet:<type>`, and the key in
   *   `providers.js`. Never rename a type that has been deployed.
   * @param props the inputs, and each output with the value `undefined`.
   */
  constructor(type: string, name: string, props: object, opts?: pulumi.CustomResourceOptions) {
    super(`${DYNAMIC_TYPE_PREFIX}${type}`, name, { ...props, __provider: providerCode(type) }, opts);
  }
}

/**
 * The type of the export `provider` of a module that `providers.js` names. A provider implements every operation, so that
 * the SDK's defaults are never used, and implements `configure` only if it needs the stack's config.
 */
export type FullProvider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">> &
  Pick<pulumi.dynamic.ResourceProvider, "configure">;
