import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** The longest time for which resources give way. */
const LONGEST_SECONDS = 5;

/**
 * Lets the resources below a component give way to others that more depends on: they are registered when the others were, but
 * after five seconds at the latest. The engine checks one registered resource after another, however many operations it runs at
 * the same time.
 *
 * This is no dependency: the state has none, and the others may fail or hang.
 *
 * @param others fulfilled when the others are registered.
 */
export function givingWay(others: Promise<unknown>): pulumi.ResourceTransformation {
  const timeout = delay(LONGEST_SECONDS * 1000, undefined, { ref: false });
  const nothing = Promise.race([others, timeout]).then((): pulumi.Resource[] => []);
  return ({ resource, props, opts }) => {
    if (!(resource instanceof pulumi.CustomResource)) {
      return undefined;
    }
    // The SDK takes promises of lists inside the list, which its type does not say.
    const dependsOn = [...[opts.dependsOn ?? []].flat(), nothing] as pulumi.Input<pulumi.Resource>[];
    return { props, opts: { ...opts, dependsOn } };
  };
}
