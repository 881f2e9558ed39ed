import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ChainfleetError } from "../../error";
import { forge } from "./foundry";

/** forge's settings as it resolves them from foundry.toml, a global file, `.env` and the environment. */
export interface ForgeConfig {
  /** The folder of the sources. */
  readonly src: string;
  readonly libs: readonly string[];
  readonly include_paths: readonly string[];
  readonly remappings: readonly string[];
  readonly [setting: string]: unknown;
}

/**
 * Asks forge for its settings.
 *
 * @throws ChainfleetError FORGE_CONFIG_INVALID with forge's message.
 */
export async function forgeConfig(root: string): Promise<ForgeConfig> {
  try {
    const { stdout } = await promisify(execFile)(forge(), ["config", "--json"], {
      cwd: root,
      env: forgeEnvironment(),
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout) as ForgeConfig;
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    throw new ChainfleetError({
      code: "FORGE_CONFIG_INVALID",
      summary: `forge cannot read its settings; nothing was changed.\n${stderr.trim() || message}`,
      next: "Correct foundry.toml, or the variables whose names begin with FOUNDRY_, in the environment and in .env.",
      cause,
    });
  }
}

/**
 * The environment in which forge and the compiler run: what a program needs to start, and the variables that forge reads as
 * settings, which are in the build's hash. Nothing else of the environment can change the code.
 */
export function forgeEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(FOUNDRY|DAPP)_/.test(name) || NEEDED.includes(name)),
  );
}

const NEEDED: readonly string[] = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "TMPDIR",
  "TEMP",
  "TMP",
  // Windows finds its own libraries by this variable.
  "SystemRoot",
];

/** The settings that belong to a machine, and have no part in the code: where forge writes, how it reaches chains. */
const OF_THE_MACHINE =
  /^(out|cache|cache_path|build_info|build_info_path|broadcast|snapshots|test_failures_file|verbosity|threads|offline|eth_rpc_.*|etherscan.*|rpc_.*|no_storage_caching)$/;

/** The settings that decide what the contracts compile to, in an order of their own. */
export function settingsInHash(config: ForgeConfig): readonly (readonly [setting: string, value: unknown])[] {
  return Object.entries(config)
    .filter(([setting]) => !OF_THE_MACHINE.test(setting))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
