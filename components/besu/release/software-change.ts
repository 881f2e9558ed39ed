import { ChainfleetError } from "../../error";
import type { ChainParameters } from "../genesis/genesis";
import { faultsOf } from "./faults";
import { LEGACY_ENCODING_OPTION, type Software, softwareText } from "./release";
import { updateSteps } from "./wire-format";

/**
 * Why a chain may not run the configured software, or may not change to it one validator after another. Software that a
 * chain runs already is never refused, because refusing it would keep every other change from the chain.
 *
 * @param running what the chain's validators run; undefined if the chain does not exist yet.
 */
export function softwareRefusals(
  running: Software | undefined,
  configured: Software,
  chain: ChainParameters,
): readonly ChainfleetError[] {
  const isNewRelease = running?.release !== configured.release;
  return [
    ...(running === undefined
      ? []
      : [incompatibility(running, configured)].filter((error) => error !== undefined)),
    ...(isNewRelease ? faultsOf(configured.release, chain).map((fault) => faulty(configured, fault)) : []),
  ];
}

/** Why running validators may not be updated one after another to other software; undefined if they may. */
export function incompatibility(running: Software, configured: Software): ChainfleetError | undefined {
  const steps = updateSteps(running, configured);
  return steps.length === 1
    ? undefined
    : new ChainfleetError({
        code: "BESU_UPDATE_REFUSED",
        summary:
          `The validators run Besu ${softwareText(running)}, and those that are updated to Besu ` +
          `${softwareText(configured)} would not understand the others: the chain would stop. No validator was changed.`,
        next: [
          "Update in steps. Let each step finish on all validators before the next:",
          ...steps.map((step, index) => `  ${index + 1}. ${instruction(step)}`),
          'The runbook (docs/runbook.md, "A new Besu release") explains each step.',
        ].join("\n"),
      });
}

function instruction({ release, legacyEncoding }: Software): string {
  return legacyEncoding
    ? `Besu ${release}, with the option ${LEGACY_ENCODING_OPTION} set to true`
    : `Besu ${release}, without the option ${LEGACY_ENCODING_OPTION}`;
}

function faulty(
  { release }: Software,
  { effect, source, fixedIn }: ReturnType<typeof faultsOf>[number],
): ChainfleetError {
  return new ChainfleetError({
    code: "BESU_RELEASE_FAULTY",
    summary: `Besu ${release} ${effect} (${source}). No resource was changed.`,
    next: `Take an image with Besu ${fixedIn} or newer.`,
  });
}
