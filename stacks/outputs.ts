import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../components/engine/known";

/**
 * Removes the outputs of resources that failed or were skipped from a stack's outputs. The engine would store a
 * placeholder text for each, which readers of the outputs would mistake for the value. A preview keeps all outputs.
 */
export async function withoutUnresolved(value: unknown): Promise<unknown> {
  if (pulumi.runtime.isDryRun()) {
    return value;
  }
  if (pulumi.Output.isInstance(value)) {
    return (await isKnown(value)) ? value : undefined;
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map(withoutUnresolved));
  }
  if (typeof value === "object" && value !== null) {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, inner]) => [key, await withoutUnresolved(inner)] as const),
    );
    const resolved = entries.filter(([, inner]) => inner !== undefined);
    return resolved.length > 0 || entries.length === 0 ? Object.fromEntries(resolved) : undefined;
  }
  return value;
}
