import type { core } from "zod";
import type { Finding } from "../../components/finding";
import { suggestion } from "../../components/suggestion";
import { isBrokenRule } from "./fields/rules";
import { allowedKeys } from "./json-schema";

/**
 * Turns the issues that zod reports into findings.
 *
 * @param config the parsed config that has the issues, for the values that the findings show.
 */
export function issueFindings(issues: readonly core.$ZodIssue[], config: unknown): Finding[] {
  const brokenRules = issues.filter(isBrokenRule);
  const invalidValues = issues.filter((issue) => !isBrokenRule(issue));
  return [
    ...lastOfEachKey(invalidValues.flatMap((issue) => findingsOf(issue, config))),
    ...brokenRules.map(({ path, message }) => ({ key: configKey(path), problem: message })),
  ];
}

/** A value may fail several checks. The last check is the narrowest, so its message says best what is allowed. */
function lastOfEachKey(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.key, finding])).values()];
}

function findingsOf(issue: core.$ZodIssue, config: unknown): Finding[] {
  const key = configKey(issue.path);
  const value = valueAt(config, issue.path);
  if (mayShowSecret(issue)) {
    return [
      {
        key,
        problem:
          value === undefined
            ? "is missing"
            : `${issue.code === "invalid_type" ? requirementOf(issue) : issue.message}${quotesHint(value)} (the value is not shown here)`,
      },
    ];
  }
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(issue.path, config);
    return issue.keys.map((unknownKey) => ({
      key: configKey([...issue.path, unknownKey]),
      problem: `is not a key here${suggestion(unknownKey, allowed)}`,
    }));
  }
  if (issue.code === "invalid_key") {
    return [{ key, problem: issue.issues[0]?.message ?? issue.message }];
  }
  const requirement = requirementOf(issue);
  const actual = value === undefined ? "missing" : shortened(value);
  const quotes = issue.code === "invalid_type" && issue.expected === "string" ? quotesHint(value) : "";
  return [{ key, problem: `is ${actual}; ${requirement}${quotes}` }];
}

/** What to do about text that YAML has read as something else: `0x00…00`, `1.10` and `on` are text only in quotes. */
function quotesHint(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" || value === null
    ? ": write it in quotes, because YAML reads it as something else without them"
    : "";
}

/** What the value would have to be. */
function requirementOf(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "invalid_union":
      return "options" in issue && issue.options !== undefined
        ? `must be one of ${issue.options.join(", ")}`
        : issue.message;
    default:
      return issue.message;
  }
}

/** zod's names of types in words. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  int: "a whole number",
};

/**
 * Whether the value at the issue's path may be a secret: a private key, an API key or the credentials of a receiver of alerts,
 * perhaps in a field that is meant for something else. An unknown key is reported without its value, and a custom check of a sender shows its
 * address at most.
 */
function mayShowSecret({ path: [section, ...path], code }: core.$ZodIssue): boolean {
  return (
    section === "keys" ||
    path.at(-1) === "apiKey" ||
    (section === "monitoring" &&
      code !== "unrecognized_keys" &&
      (path.length === 0 || path[0] === "receiver")) ||
    (path.includes("sender") && code !== "unrecognized_keys" && code !== "custom")
  );
}

/** @example "regions[1].validators" */
function configKey(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    config,
  );
}

/** The value as JSON, of at most 60 characters. */
function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
