import * as pulumi from "@pulumi/pulumi";
import { valueIfKnown } from "./known";

/**
 * Combines the values of those resources that succeed. A resource that uses the result waits for all of them, but does not
 * depend on them: the engine would skip it if a single one failed.
 *
 * A preview knows no failures, so there the result is known only if all values are.
 */
export function fromAvailable<Value, Result>(
  outputs: readonly pulumi.Output<Value>[],
  combine: (available: readonly Value[]) => Result,
): pulumi.Output<Result> {
  if (pulumi.runtime.isDryRun()) {
    return (pulumi.all([...outputs]) as pulumi.Output<Value[]>).apply(combine) as pulumi.Output<Result>;
  }
  const available = Promise.all(outputs.map(valueIfKnown)).then((values) =>
    combine((values as Value[][]).flat() as Value[]),
  );
  const result = pulumi.output(available) as pulumi.Output<Result>;
  awaited.set(result, [...new Set(outputs.flatMap((output) => [...resourcesOf(output)]))]);
  return result;
}

/** The resources for which an output of {@link fromAvailable} waits although it does not depend on them. */
export function awaitedResources(output: object): readonly pulumi.Resource[] {
  return awaited.get(output) ?? [];
}

const awaited = new WeakMap<object, readonly pulumi.Resource[]>();

/** The resources that an output depends on. The types of the SDK hide this method. */
export function resourcesOf(output: pulumi.Output<unknown>): ReadonlySet<pulumi.Resource> {
  return (output as unknown as { resources(): ReadonlySet<pulumi.Resource> }).resources();
}
