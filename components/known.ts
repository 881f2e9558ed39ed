import type * as pulumi from "@pulumi/pulumi";

/** True if the output resolved to a value; false if its resource failed or was skipped. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  // The types of the SDK hide this property.
  return (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
}
