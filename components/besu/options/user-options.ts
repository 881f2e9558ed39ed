import { suggestion } from "../../suggestion";
import { isBefore, type Release } from "../release/release";
import { existsIn, LAST_LISTED_RELEASE, lifetimeOf, optionsOf } from "./known-options";
import { RESERVED_OPTIONS } from "./program-options";

/** What is wrong with an option in the config: the option's name, and the end of a sentence that begins with it. */
export interface OptionFinding {
  readonly option: string;
  readonly problem: string;
}

/**
 * Checks the names of the options that a config gives to Besu. A node with an unknown option does not start.
 *
 * @param release the Besu release in the image. Undefined if the config does not say it; reserved options are found anyway.
 */
export function optionFindings(options: readonly string[], release: Release | undefined): OptionFinding[] {
  return options.flatMap((option) => {
    const problem = problemOf(option, release);
    return problem === undefined ? [] : [{ option, problem }];
  });
}

function problemOf(option: string, release: Release | undefined): string | undefined {
  if (option.startsWith("-")) {
    return `must be written without the leading dashes: ${option.replace(/^-+/, "")}`;
  }
  const reservation = Object.hasOwn(RESERVED_OPTIONS, option) ? RESERVED_OPTIONS[option] : undefined;
  if (reservation !== undefined) {
    const { reason, instead } = reservation;
    return `is set by the program: ${reason}${instead === undefined ? "" : `; set ${instead} instead`}`;
  }
  if (release === undefined) {
    return undefined;
  }
  const lifetime = lifetimeOf(option);
  if (lifetime === undefined) {
    const end = isBefore(LAST_LISTED_RELEASE, release)
      ? `; the options of releases after ${LAST_LISTED_RELEASE} are not known here`
      : "";
    return `is no option of Besu ${release}${suggestion(option, settable(release))}${end}`;
  }
  if (existsIn(release, lifetime)) {
    return undefined;
  }
  const { since, removedIn } = lifetime;
  return since !== undefined && isBefore(release, since)
    ? `is an option only from Besu ${since} on, and the image has ${release}`
    : `was removed in Besu ${removedIn}, and the image has ${release}`;
}

function settable(release: Release): string[] {
  return optionsOf(release).filter((option) => !Object.hasOwn(RESERVED_OPTIONS, option));
}
