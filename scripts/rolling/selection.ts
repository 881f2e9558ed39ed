import { ChainfleetError } from "../../components/error";
import type { GroupConfig } from "../../components/rolling/plan/plan";
import type { Release } from "../../components/rolling/plan/release";
import { readConfig } from "../../stacks/config/read";
import { releaseOf } from "../../stacks/config/rolling/release-settings";
import type { RollingConfig } from "../../stacks/config/rolling/rolling-schema";
import {
  plainStackName,
  stackFile,
  type WrittenConfig,
  writtenConfig,
} from "../../stacks/config/written/written-config";

/** The options that every `chainfleet rolling` command has. */
export interface RollingOptions {
  readonly stack: string;
  /** Whether to print the result as JSON on standard output. */
  readonly json: boolean;
  /** The names of the groups in the config to which the command is limited. Undefined: all groups. */
  readonly group?: readonly string[];
}

/** The options of the commands that change something. */
export interface ChangeOptions extends RollingOptions {
  /** Whether to show the calls that the command would send to AWS, and send none of them. */
  readonly dryRun: boolean;
}

/** What a command works on. */
export interface Selection {
  readonly config: RollingConfig;
  readonly release: Release;
  /** The selected groups in the order of the config. */
  readonly groups: readonly GroupConfig[];
}

/**
 * The release in the config of a stack, with the selected groups. The config is read from the stack's file without the
 * engine, because the release's part of the config has no secrets.
 *
 * @throws ChainfleetError `ROLLING_NOT_CONFIGURED` or `GROUP_UNKNOWN`; ConfigError with every finding.
 */
export function selectGroups({ stack, group }: RollingOptions): Selection {
  const config = rollingConfig(writtenConfig(stack), stackFile(stack));
  return {
    config,
    release: releaseOf(config, `chainfleet/${plainStackName(stack)}`),
    groups: groupsByName(config.groups, group),
  };
}

/**
 * The checked `rolling` part of a stack's config.
 *
 * @param file the name of the stack's file, for messages.
 */
export function rollingConfig(written: WrittenConfig, file: string): RollingConfig {
  const kind = written["chainfleet:stack"];
  const value = written["chainfleet:rolling"];
  if (value === undefined || (kind !== "rolling" && kind !== "full")) {
    throw new ChainfleetError({
      code: "ROLLING_NOT_CONFIGURED",
      summary: `${file} describes no release to Auto Scaling Groups.`,
      next: "Describe the release under chainfleet:rolling and set chainfleet:stack to rolling or full. Every key is described in docs/config.md.",
    });
  }
  // The rest of a full stack's config contains secrets, which only the engine can read.
  const rolling = typeof value === "string" ? value : JSON.stringify(value);
  return readConfig({ stack: "rolling", rolling }, file).rolling as RollingConfig;
}

/**
 * The groups with the given names, in the order of the config.
 *
 * @param names undefined for all groups.
 * @throws ChainfleetError `GROUP_UNKNOWN` with every name that no group has.
 */
export function groupsByName<Group extends { readonly name: string }>(
  groups: readonly Group[],
  names: readonly string[] | undefined,
): readonly Group[] {
  if (names === undefined) {
    return groups;
  }
  const unknown = names.filter((name) => !groups.some((group) => group.name === name));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "GROUP_UNKNOWN",
      summary: `The config has no group named ${[...new Set(unknown)].join(", ")}. Nothing was changed.`,
      next: `The groups are named: ${groups.map(({ name }) => name).join(", ")}.`,
    });
  }
  return groups.filter(({ name }) => names.includes(name));
}

/**
 * The groups with the strategy "rolling". Of all groups, the others are left out; a group that was named must be one.
 *
 * @param names the names that the user has given; undefined if none.
 * @throws ChainfleetError `GROUP_NOT_ROLLING`.
 */
export function rollingGroups<Group extends Pick<GroupConfig, "name" | "strategy">>(
  groups: readonly Group[],
  names: readonly string[] | undefined,
): readonly Group[] {
  const rolling = groups.filter(({ strategy }) => strategy === "rolling");
  const others = groups.filter(({ strategy }) => strategy !== "rolling");
  if (rolling.length === 0 || (names !== undefined && others.length > 0)) {
    throw new ChainfleetError({
      code: "GROUP_NOT_ROLLING",
      summary: `${others.map(({ name }) => name).join(", ")}: the strategy is standard, so that chainfleet replaces no instances of ${others.length === 1 ? "this group" : "these groups"}. Nothing was changed.`,
      next: "Name groups with the strategy rolling.",
    });
  }
  return rolling;
}
