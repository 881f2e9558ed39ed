import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../components/error";
import type { Job } from "../run/job";
import { loadTemplate } from "../templates/registry";
import { stackFileOf, templateFindings } from "../templates/template";

/** Loads templates of the registry and finds what is wrong with their configs. */
export function selectTemplates(registry: string): Job {
  return async (names) => ({ failed: new Map(names.flatMap((name) => problemsOf(registry, name))) });
}

/** Writes what `chainfleet new` would write for each template to `<folder>/templates/Pulumi.<template>.yaml`. */
export function generateStackFiles(registry: string, folder: string): Job {
  return async (names) => {
    mkdirSync(join(folder, "templates"), { recursive: true });
    for (const name of names) {
      writeFileSync(
        join(folder, "templates", `Pulumi.${name}.yaml`),
        stackFileOf(loadTemplate(registry, name)),
      );
    }
    return undefined;
  };
}

function problemsOf(registry: string, name: string): (readonly [name: string, problem: string])[] {
  try {
    const findings = templateFindings(loadTemplate(registry, name));
    return findings.length === 0
      ? []
      : [[name, findings.map(({ key, problem }) => `${key} ${problem}`).join("\n")]];
  } catch (error) {
    if (error instanceof ChainfleetError) {
      return [[name, error.summary]];
    }
    throw error;
  }
}
