import { condition, field, type KubernetesObject } from "../api/object";
import type { Awaiter } from "./awaiter";

/**
 * The awaiter that a `pulumi.com/waitFor` annotation asks for: one or, as a JSON list, several of
 * `jsonpath={.status.phase}=Running`, `jsonpath={.status.address}` and `condition=Ready[=False]`.
 *
 * @throws if the annotation says none of these
 */
export function waitFor(annotation: string): Awaiter {
  const expressions = annotation.trimStart().startsWith("[")
    ? (JSON.parse(annotation) as string[])
    : [annotation];
  const conditions = expressions.map(parse);
  return {
    timeoutSeconds: 600,
    related: [],
    verdict: (object) => {
      const unmet = conditions.filter(({ isMet }) => !isMet(object));
      return unmet.length === 0
        ? "ready"
        : { reasons: unmet.map(({ expression }) => `Waiting for ${expression}`) };
    },
  };
}

interface Condition {
  readonly expression: string;
  isMet(object: KubernetesObject): boolean;
}

function parse(expression: string): Condition {
  const asCondition = /^condition=([^=]+)(?:=(.+))?$/.exec(expression);
  if (asCondition !== null) {
    const [, type = "", status = "True"] = asCondition;
    return {
      expression,
      isMet: (object) => condition(object, type)?.status.toLowerCase() === status.toLowerCase(),
    };
  }
  const asPath = /^jsonpath='?\{?\$?\.?([^}='\s]+)\}?'?(?:=(.+))?$/.exec(expression);
  if (asPath !== null) {
    const [, path = "", wanted] = asPath;
    const steps = path.split(/\.|\[(?:['"]?)([^'"\]]+)(?:['"]?)\]/).filter((step) => step);
    return {
      expression,
      isMet: (object) => {
        const found = field(object, ...steps.map(String));
        return found !== undefined && (wanted === undefined || String(found) === wanted);
      },
    };
  }
  throw new Error(
    `the annotation pulumi.com/waitFor is not understood: "${expression}"; write "jsonpath={.status.phase}=Running" or "condition=Ready", or a JSON list of such`,
  );
}
