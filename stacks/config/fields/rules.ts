import { z } from "zod";

/** A rule that a config breaks. */
export interface BrokenRule {
  /** The field that is wrong, or the path to a field inside; undefined if the object as a whole is wrong. */
  readonly field?: string | readonly string[];
  /** Completes the sentence that begins with the field's config key. @example "is missing; …" */
  readonly problem: string;
}

/** An object before its fields are known to be valid; absent fields that have a default are filled in. */
export type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

/**
 * A zod check for rules that relate several fields of one object.
 *
 * zod skips the refinements of an object that has a field of the wrong type. These rules run all the same, so that
 * every finding is reported in one run; they must therefore expect values of any type.
 */
export function rules<T>(brokenRules: (object: Unchecked<T>) => readonly BrokenRule[]): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (object, context) => {
      for (const { field, problem } of brokenRules(object as Unchecked<T>)) {
        const path = field === undefined ? [] : [field].flat();
        context.addIssue({ code: "custom", path, message: problem, params: RULE });
      }
    },
    { when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value) },
  );
}

/** Whether an issue comes from `rules`: its message is then the whole problem and shows no value. */
export function isBrokenRule(issue: z.core.$ZodIssue): boolean {
  return issue.code === "custom" && issue.params === RULE;
}

const RULE = { rule: true };
