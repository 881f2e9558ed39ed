import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { readConfig } from "../../stacks/config/read";
import type { Config } from "../../stacks/config/schema";
import { stackFile } from "../../stacks/config/written/written-config";
import type { EngineCommand } from "./command";
import { openStack } from "./stack";

/**
 * The checked config of a stack, with decrypted secrets.
 *
 * @throws ConfigError with every finding.
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
    stackFile(name),
  );
}

/**
 * The `contracts` part of a stack's config.
 *
 * @throws ChainfleetError `CONTRACTS_NOT_CONFIGURED` if the stack deploys no contracts.
 */
export async function contractsConfig(name: string, command: EngineCommand) {
  const { contracts, stack } = await stackConfig(name, command);
  if (contracts === undefined || stack === "network") {
    throw new ChainfleetError({
      code: "CONTRACTS_NOT_CONFIGURED",
      summary: `The stack "${name}" deploys no contracts.`,
      next: `In ${stackFile(name)}, describe the contracts under chainfleet:contracts and set chainfleet:stack to contracts or full. Every key is described in docs/config.md.`,
    });
  }
  return contracts;
}
