import { diskEncryption } from "./disk-encryption";
import { disruptionBudget } from "./disruption-budget";
import { pinnedImages } from "./pinned-images";
import { publicRpc } from "./public-rpc";
import { regionLoss } from "./region-loss";
import type { Level, Rule } from "./rule";
import { tags } from "./tags";

/** All rules, by the name of their key under `chainfleet:policies`. */
export const RULES = {
  publicRpc,
  disruptionBudget,
  diskEncryption,
  regionLoss,
  tags,
  pinnedImages,
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** The level of a rule whose key is not in the config. A network of one region is legitimate, so its loss is told and not refused. */
export const DEFAULT_LEVELS: Readonly<Record<RuleName, Level>> = {
  publicRpc: "mandatory",
  disruptionBudget: "mandatory",
  diskEncryption: "mandatory",
  regionLoss: "advisory",
  tags: "mandatory",
  pinnedImages: "mandatory",
};
