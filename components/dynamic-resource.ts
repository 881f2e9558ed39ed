import * as pulumi from "@pulumi/pulumi";

/** Where a dynamic resource's steps are. */
export interface DynamicKind {
  /** The last part of its type token, `pulumi-nodejs:dynamic/chainfleet:<type>`. */
  readonly type: string;
  /**
   * Path of a module from the project's root, without extension. It exports a `FullProvider` named `provider`.
   * Never rename one that has been deployed.
   */
  readonly module: string;
}

/**
 * A resource whose steps are done by a module of this project, in Pulumi's dynamic provider.
 *
 * Pulumi keeps a dynamic provider's code in the state and replaces the resource when that text changes. The SDK's
 * own `dynamic.Resource` makes the text by serializing a closure: the next version of a compiler or of the SDK
 * would write it differently and replace every key and the genesis (and serializing costs each run 0.3 s). Here
 * the text is a constant that points to the module, which may change freely; an old state runs the new module.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /** @param props the inputs, and every output of its own as `undefined`. */
  constructor(
    { type, module }: DynamicKind,
    name: string,
    props: object,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      `pulumi-nodejs:dynamic/chainfleet:${type}`,
      name,
      { ...props, __provider: providerCode(module) },
      opts,
    );
  }
}

/**
 * What a module behind a dynamic resource exports: every step, so that none is left to a default; and `configure` if
 * it needs the stack's config.
 */
export type FullProvider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">> &
  Pick<pulumi.dynamic.ResourceProvider, "configure">;

/** Any change of this text replaces every dynamic resource of every stack. */
function providerCode(module: string): string {
  return `exports.handler = () => {
  const root = process.cwd();
  require(root + "/typescript.js");
  return require(root + "/${module}").provider;
};
`;
}
