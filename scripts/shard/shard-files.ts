import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { isSecret, providerSettings } from "../../stacks/config/written/shard-config";
import { shardStackName } from "../../stacks/config/written/shard-name";
import {
  parseStackFile,
  readStackFile,
  type StackFile,
  stackFile,
} from "../../stacks/config/written/written-config";

/**
 * Writes `Pulumi.<stack>.<region>.yaml` of each region. The files contain no part of the network's config. Pulumi reads
 * from them how the stack's secrets are encrypted, and the settings of providers.
 *
 * @param stack the stack of the network.
 * @throws ChainfleetError `SHARD_SETTING_SECRET` if a setting of a provider is encrypted with a key that only Pulumi Cloud has.
 */
export function writeShardFiles(stack: string, regions: readonly string[]): void {
  const network = readStackFile(stack);
  for (const region of regions) {
    const name = shardStackName({ parent: stack, region });
    const file = join(PROJECT_ROOT, stackFile(name));
    const existing = existsSync(file) ? parseStackFile(readFileSync(file, "utf8"), file) : undefined;
    const wanted = shardFile({ network, existing, stack: name });
    if (!isDeepStrictEqual(existing, wanted)) {
      writeFileSync(file, `${header(stack)}${stringify(wanted)}`);
    }
  }
}

function header(stack: string): string {
  return `# Written by chainfleet from ${stackFile(stack)}, which describes the region. Change that file, not this one.\n`;
}

/** The file of a region's stack. Pure. */
export function shardFile({
  network,
  existing,
  stack,
}: {
  readonly network: StackFile;
  readonly existing: StackFile | undefined;
  /** The region's stack, for messages. */
  readonly stack: string;
}): StackFile {
  const { secretsprovider, encryptedkey, encryptionsalt } = network;
  const hasOwnKey = encryptedkey !== undefined || encryptionsalt !== undefined;
  const settings = Object.entries(providerSettings(network.config)).map(([key, value]) =>
    // Pulumi Cloud encrypts the secrets of each stack with another key.
    isSecret(value) && !hasOwnKey ? ([key, existing?.config[key]] as const) : ([key, value] as const),
  );
  const missing = settings.filter(([, value]) => value === undefined).map(([key]) => key);
  if (missing.length > 0) {
    throw new ChainfleetError({
      code: "SHARD_SETTING_SECRET",
      summary: `${missing.join(", ")} is secret, and Pulumi Cloud encrypts the secrets of each stack with another key. Nothing was changed.`,
      next: `Set it in the region's stack too: ${missing.map((key) => `pulumi config set --secret ${key} --stack ${stack}`).join("; ")}`,
    });
  }
  return {
    ...(secretsprovider === undefined ? {} : { secretsprovider }),
    ...(encryptedkey === undefined ? {} : { encryptedkey }),
    ...(encryptionsalt === undefined ? {} : { encryptionsalt }),
    config: Object.fromEntries(settings),
  };
}
