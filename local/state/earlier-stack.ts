import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Deployment, StackName } from "./access";

/**
 * The state of a stack in the folder in which checkouts kept their stacks before there was a state service; undefined
 * if the folder has no such stack.
 */
export function earlierStack(root: string, stack: StackName): Deployment | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(root, stack), "utf8");
  } catch {
    return undefined;
  }
  const { version, features, checkpoint } = JSON.parse(text) as {
    version: number;
    features?: readonly string[];
    checkpoint: { latest?: unknown };
  };
  return checkpoint.latest === undefined
    ? undefined
    : { version, ...(features !== undefined && { features }), deployment: checkpoint.latest };
}

/** Renames the file of a stack that was taken over. Otherwise the stack would come back after its removal. */
export function retireEarlierStack(root: string, stack: StackName): void {
  renameSync(fileOf(root, stack), `${fileOf(root, stack)}.taken-over`);
}

function fileOf(root: string, { project, name }: StackName): string {
  return join(root, ".chainfleet/state/.pulumi/stacks", project, `${name}.json`);
}
