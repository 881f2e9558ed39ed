import { resolve } from "node:path";
import type { EngineEvent, UpOptions } from "@pulumi/pulumi/automation";
import type { Command } from "commander";

/** Policy packs that the engine runs beside the rules of the program, as the options of a command name them. */
export interface PolicyPacks {
  /** Folders with packs of CrossGuard. */
  readonly policyPack: readonly string[];
  /** Files with their configuration, in the same order. */
  readonly policyPackConfig: readonly string[];
}

/** Adds the options for policy packs to a command. They are those of the Pulumi CLI. */
export function withPolicyPacks(command: Command): Command {
  return command
    .option("--policy-pack <folder>", "also run a policy pack of CrossGuard; can be repeated", added, [])
    .option(
      "--policy-pack-config <file>",
      "the configuration of the policy pack; can be repeated",
      added,
      [],
    );
}

/** The CLI runs in the folder of the project, so paths are made absolute here. */
function added(path: string, others: readonly string[]): string[] {
  return [...others, resolve(path)];
}

/** The packs as options of the Automation API. */
export function packOptions({
  policyPack,
  policyPackConfig,
}: PolicyPacks): Pick<UpOptions, "policyPacks" | "policyPackConfigs"> {
  return { policyPacks: [...policyPack], policyPackConfigs: [...policyPackConfig] };
}

/** The packs as arguments of the Pulumi CLI. */
export function packArguments({ policyPack, policyPackConfig }: PolicyPacks): string[] {
  return [
    ...policyPack.flatMap((folder) => ["--policy-pack", folder]),
    ...policyPackConfig.flatMap((file) => ["--policy-pack-config", file]),
  ];
}

/** What a pack found. */
export interface PackFinding {
  /** A mandatory finding fails the run. */
  readonly isMandatory: boolean;
  /** The URN of the resource; that of the stack for a rule about the whole stack. */
  readonly urn: string;
  /** @example "POLICY_PACK: chainfleet/tags: eastus-group (ResourceGroup) has no tag …" */
  readonly text: string;
}

/** Begins as the codes of the program's own rules do, by which comments on pull requests find what policies say. */
const CODE = "POLICY_PACK";

/** The finding of a pack that an event of the engine tells; undefined for all other events. Pure. */
export function packFinding({ policyEvent }: EngineEvent): PackFinding | undefined {
  if (policyEvent === undefined) {
    return undefined;
  }
  const { enforcementLevel, resourceUrn = "", policyPackName, policyName, message } = policyEvent;
  return {
    isMandatory: enforcementLevel === "mandatory",
    urn: resourceUrn,
    // The engine's colour directives, such as `<{%reset%}>`, are for its own display.
    text: `${CODE}: ${policyPackName}/${policyName}: ${message.replace(/<\{%[^%]*%\}>/g, "").trim()}`,
  };
}
