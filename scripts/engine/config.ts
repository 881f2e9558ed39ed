import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { readConfig } from "../../stacks/config/read";
import type { Config } from "../../stacks/config/schema";
import type { EngineCommand } from "./command";
import { openStack } from "./stack";

/**
 * The stack's config, checked, with its secrets.
 *
 * @throws ConfigError with all that is wrong.
 */
export async function stackConfig(name: string, command: EngineCommand): Promise<Config> {
  const { workspace } = await openStack(name, command);
  const { stdout } = await command.run(
    ["config", "--json", "--show-secrets", "--stack", name],
    PROJECT_ROOT,
    workspace.envVars,
  );
  const entries = Object.entries(JSON.parse(stdout) as Record<string, { value?: string }>);
  return readConfig(
    Object.fromEntries(
      entries
        .filter(([key]) => key.startsWith("chainfleet:"))
        .map(([key, { value = "" }]) => [key.slice("chainfleet:".length), value]),
    ),
    `Pulumi.${name}.yaml`,
  );
}

/** The contracts' part of a stack's config. @throws ChainfleetError if the stack has none. */
export async function contractsConfig(name: string, command: EngineCommand) {
  const { contracts, stack } = await stackConfig(name, command);
  if (contracts === undefined || stack === "network") {
    throw new ChainfleetError({
      code: "CONTRACTS_NOT_CONFIGURED",
      summary: `The stack "${name}" deploys no contracts.`,
      next: `Pulumi.${name}.yaml needs chainfleet:contracts and chainfleet:stack contracts or full; docs/config.md describes them.`,
    });
  }
  return contracts;
}
