/**
 * The beginning of the type token of every dynamic resource of this project. This file imports nothing, so that a
 * reader of a state can use the constant without loading Pulumi's SDK.
 */
export const DYNAMIC_TYPE_PREFIX = "pulumi-nodejs:dynamic/chainfleet:";
