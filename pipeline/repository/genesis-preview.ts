import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, numberToHex, pad } from "viem";
import { parse } from "yaml";
import { genesisFile } from "../../components/besu/genesis/genesis";
import { chainParameters } from "../../stacks/config/chain-parameters";
import { examineConfig } from "../../stacks/config/read";
import type { Config } from "../../stacks/config/schema";
import { asText, ownValues } from "../../stacks/config/written/shard-config";
import { writtenConfig } from "../../stacks/config/written/written-config";
import type { Job } from "../run/job";

/**
 * The genesis file that a config leads to, as far as it is known before there are keys: the validators have the addresses
 * 0x…01, 0x…02 and so on in place of those that follow from their keys. Pure.
 */
export function genesisPreview(config: Config) {
  const count = config.regions.reduce((sum, { validators }) => sum + validators, 0);
  const validators = Array.from(
    { length: count },
    (_, index): Address => pad(numberToHex(index + 1), { size: 20 }),
  );
  return genesisFile(chainParameters(config.network), validators);
}

/**
 * Writes the preview of the genesis file of each stack to `<folder>/<stack>/genesis.json`. A stack whose config is invalid
 * fails; the task `config` says what is wrong.
 */
export function previewGenesis(folder: string): Job {
  return async (stacks) => ({
    failed: new Map(
      stacks.flatMap((stack) => {
        const { config } = examineConfig(
          Object.fromEntries(ownValues(writtenConfig(stack)).map(([key, value]) => [key, asText(value)])),
        );
        if (config === undefined) {
          return [[stack, `Pulumi.${stack}.yaml is no valid config, so there is no genesis file.`] as const];
        }
        mkdirSync(join(folder, stack), { recursive: true });
        writeFileSync(
          join(folder, stack, "genesis.json"),
          `${JSON.stringify(genesisPreview(config), null, 2)}\n`,
        );
        return [];
      }),
    ),
  });
}

/** The stacks that make a network of their own. @param files the name and the text of each stack's file. */
export function stacksWithNetwork(files: readonly (readonly [stack: string, text: string])[]): string[] {
  return files.flatMap(([stack, text]) => {
    try {
      const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
      const kind = config["chainfleet:stack"];
      return kind === "network" || kind === "full" ? [stack] : [];
    } catch {
      // The task `config` says what is wrong with the file.
      return [];
    }
  });
}
