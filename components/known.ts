import type * as pulumi from "@pulumi/pulumi";

/** Whether an output has a value, once that is decided: none has that of a resource which failed or was passed over. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  // The SDK has it, but not in its types.
  return (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
}
