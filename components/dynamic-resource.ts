import * as pulumi from "@pulumi/pulumi";

/**
 * A resource whose operations are carried out by a module of this project, in Pulumi's dynamic provider.
 *
 * Pulumi keeps the code of a dynamic provider in the state, and replaces the resource when that text changes. The SDK's
 * own `dynamic.Resource` makes the text by serializing a closure: the next version of a compiler or of the SDK would
 * write the closure differently, and so replace every validator key and the genesis (and serializing costs each run
 * 0.3 s). Here the text is a constant that names the resource's type; `providers.js` maps the type to a module. Modules
 * may move and change freely, and an old state always runs the newest module.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type the last part of the type token, `pulumi-nodejs:dynamic/chainfleet:<type>`, and the key in
   *   `providers.js`. Never rename a type that has been deployed.
   * @param props the inputs, and every output as `undefined`.
   */
  constructor(type: string, name: string, props: object, opts?: pulumi.CustomResourceOptions) {
    super(`${DYNAMIC_TYPE_PREFIX}${type}`, name, { ...props, __provider: providerCode(type) }, opts);
  }
}

/** The part of the type token that all dynamic resources of this project share. */
export const DYNAMIC_TYPE_PREFIX = "pulumi-nodejs:dynamic/chainfleet:";

/**
 * What the module behind a dynamic resource exports as `provider`: every operation, so that none is left to the SDK's
 * default, and `configure` if the provider needs the stack's config.
 */
export type FullProvider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">> &
  Pick<pulumi.dynamic.ResourceProvider, "configure">;

/** Any change of this text replaces every dynamic resource of every stack. */
function providerCode(type: string): string {
  return `exports.handler = () => require(process.cwd() + "/providers.js").providerOf("${type}");\n`;
}
