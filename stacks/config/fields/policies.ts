import { z } from "zod";
import { LEVELS } from "../../../components/policy/rule";
import { DEFAULT_LEVELS, RULES, type RuleName } from "../../../components/policy/rules";

/** The part of the config's schema under `chainfleet:policies`. */

const ruleSchema = (name: RuleName) =>
  z
    .strictObject({
      level: z
        .enum(LEVELS, `must be one of ${LEVELS.map((level) => `"${level}"`).join(", ")}`)
        .default(DEFAULT_LEVELS[name])
        .describe(
          "`mandatory` fails the preview, and an `up` does not create the resource; `advisory` is a warning; `disabled` does not look.",
        ),
      except: z
        .array(z.string().min(1, "must not be empty"))
        .default([])
        .describe("The names of the resources that may break the rule."),
    })
    .prefault({})
    .describe(RULES[name].description);

/** The rules that look at every resource in every preview and `up`. */
export const policiesSchema = z
  .strictObject({
    publicRpc: ruleSchema("publicRpc"),
    disruptionBudget: ruleSchema("disruptionBudget"),
    diskEncryption: ruleSchema("diskEncryption"),
    regionLoss: ruleSchema("regionLoss"),
    tags: ruleSchema("tags"),
    pinnedImages: ruleSchema("pinnedImages"),
  } satisfies Record<RuleName, unknown>)
  .prefault({});
