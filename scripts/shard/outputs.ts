import type { State } from "../engine/state";
import { STACK_TYPE } from "./urn";

/** The outputs of a stack in its state. Secrets are encrypted. */
export function outputsOf({ resources = [] }: State): Readonly<Record<string, unknown>> {
  return resources.find(({ type }) => type === STACK_TYPE)?.outputs ?? {};
}
