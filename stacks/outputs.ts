import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../components/known";

/**
 * A stack's outputs without those of resources that failed or were not begun: for each of them the engine would keep
 * a text that stands for "not known", which whoever reads the outputs would take for the value. A preview shows all,
 * as they are planned.
 */
export async function settled(value: unknown): Promise<unknown> {
  if (pulumi.runtime.isDryRun()) {
    return value;
  }
  if (pulumi.Output.isInstance(value)) {
    return (await isKnown(value)) ? value : undefined;
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map(settled));
  }
  if (typeof value === "object" && value !== null) {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, inner]) => [key, await settled(inner)] as const),
    );
    const known = entries.filter(([, inner]) => inner !== undefined);
    return known.length > 0 || entries.length === 0 ? Object.fromEntries(known) : undefined;
  }
  return value;
}
