import type * as pulumi from "@pulumi/pulumi";

/** True if the output resolved to a value; false if its resource failed or was skipped. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  // The types of the SDK hide this property.
  return (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
}

/** The value of an output in a list; an empty list if its resource failed or was skipped. */
export async function valueIfKnown<Value>(output: pulumi.Output<Value>): Promise<[] | [Value]> {
  return (await isKnown(output))
    ? new Promise((resolve) => output.apply((value) => resolve([value as Value])))
    : [];
}
