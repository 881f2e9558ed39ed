import { ChainfleetError } from "../../components/error";
import type { EngineCommand } from "../engine/command";
import { targetLine } from "../engine/local-target";
import type { PolicyPacks } from "../engine/policy-packs";
import { endProcess, onInterrupt } from "../interruption";
import { configuredGroups, configuredParts, configuredRegions } from "../run/configured";
import { readDurations } from "../run/durations/durations-file";
import { fingerprint, writeKnownGraph } from "../run/durations/known-graph";
import { expectations } from "../run/durations/learned-durations";
import { previewPlan } from "../run/durations/planned-operations";
import { type Prediction, predict } from "../run/durations/prediction";
import { removedRegions } from "../run/result/removed-regions";
import { stoppedLines } from "../services/stopped";
import { type Changes, changesOf, resourcesAfter } from "./changes";
import { failureMarkdown, previewMarkdown } from "./markdown";
import { previewStacks, type SkippedStack } from "./stacks-preview";
import { previewText } from "./words";

/** The options of `chainfleet preview`. */
export interface PreviewOptions extends PolicyPacks {
  readonly stack: string;
  readonly json: boolean;
  /** Whether to print Markdown for a comment on a pull request, also of a failure. */
  readonly markdown: boolean;
  /** Whether to show the engine's text about every property that changes, for which the engine runs a second time. */
  readonly diff: boolean;
  /** The largest number of resource operations that the engine runs at the same time. */
  readonly parallel: number;
}

/** The JSON of `chainfleet preview`. */
export interface Preview extends Changes {
  readonly stack: string;
  /** Absent if nothing would be done, or if nothing is known about the durations. */
  readonly predictedSeconds?: number;
  /** The chain of operations that is expected to take the longest time. */
  readonly predictedPath?: Prediction["path"];
  /** With `sharding: region`: the stacks of regions of which no preview is possible; absent if there is none. */
  readonly skipped?: readonly SkippedStack[];
  /** A line for each region whose validators were stopped and stay stopped; absent if there is none. */
  readonly stopped?: readonly string[];
  /** With `--diff`: the engine's text. */
  readonly diff?: string;
}

/**
 * Shows what an `up` would change. Nothing is changed, and the stack is not locked.
 *
 * @param command may have started to read the state of the stack.
 * @returns the exit code of the process.
 */
export async function preview(options: PreviewOptions, command: EngineCommand): Promise<number> {
  process.stderr.write(`${targetLine(options.stack)}\n`);
  const stopHandling = onInterrupt(() => {
    command.kill();
    endProcess(
      options,
      new ChainfleetError({
        code: "PREVIEW_INTERRUPTED",
        summary: "The preview was stopped. Nothing was changed.",
      }),
    );
  });
  try {
    const groups = configuredGroups(options.stack);
    command.prepareInProgram(...configuredParts(options.stack));
    const say = (line: string) => process.stderr.write(`${line}\n`);
    const [{ steps, messages, before, skipped, diff }, stopped] = await Promise.all([
      previewStacks({
        ...options,
        packs: options,
        regions: configuredRegions(options.stack).map(({ name }) => name),
        command,
        say,
      }),
      stoppedLines(options.stack, command),
    ]);
    messages.forEach(say);
    stopped.forEach(say);
    for (const { stack, reason } of skipped) {
      say(`The stack "${stack}" was not previewed: ${reason}.`);
    }
    const operations = steps
      .filter(({ custom, op }) => custom && op !== "same" && op !== "replace")
      .map(({ urn, type, op }) => ({ urn, type, op }));
    const after = resourcesAfter(steps, before);
    const removed = removedRegions(before, groups.names).map(({ name }) => name);
    const changes = changesOf(steps, before, [...groups.names, ...removed]);
    const prediction = predict(
      previewPlan(operations, { before, after }, groups.placeOf),
      expectations(readDurations()),
    );
    if (skipped.length === 0) {
      writeKnownGraph(options.stack, {
        resources: after,
        preview: { state: fingerprint(before), operations },
      });
    }
    if (options.json) {
      const json: Preview = {
        ...asJson(options.stack, changes, prediction),
        ...(skipped.length === 0 ? {} : { skipped }),
        ...(stopped.length === 0 ? {} : { stopped }),
        ...(diff === undefined ? {} : { diff }),
      };
      process.stdout.write(`${JSON.stringify(json)}\n`);
    } else if (options.markdown) {
      const told = [
        ...messages,
        ...stopped,
        ...skipped.map(({ stack, reason }) => `warning: The stack "${stack}" was not previewed: ${reason}.`),
      ];
      process.stdout.write(previewMarkdown({ stack: options.stack, changes, prediction, messages: told }));
    } else {
      process.stdout.write(
        `${[previewText(changes, prediction), ...(diff === undefined ? [] : [diff])].join("\n")}\n`,
      );
    }
    return 0;
  } catch (error) {
    if (options.markdown && error instanceof ChainfleetError) {
      process.stdout.write(failureMarkdown(options.stack, error));
    }
    throw error;
  } finally {
    stopHandling();
  }
}

function asJson(stack: string, changes: Changes, prediction: Prediction | undefined): Preview {
  return {
    stack,
    ...changes,
    ...(prediction === undefined
      ? {}
      : { predictedSeconds: prediction.seconds, predictedPath: prediction.path }),
  };
}
