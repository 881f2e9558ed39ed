/**
 * The beginning of the type token of every dynamic resource of this project. This file imports nothing, so that whoever reads
 * or writes a state can use it without loading Pulumi's SDK.
 */
export const DYNAMIC_TYPE_PREFIX = "pulumi-nodejs:dynamic/chainfleet:";

/**
 * The code in the input `__provider` of a dynamic resource. Never change this code: a change replaces every dynamic resource
 * of every stack.
 *
 * @param type the last part of the type token.
 */
export function providerCode(type: string): string {
  return `exports.handler = () => require(process.cwd() + "/providers.js").providerOf("${type}");\n`;
}
