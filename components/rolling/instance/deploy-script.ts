import type { DeployStep, Release } from "../plan/release";

/**
 * The shell script of a deploy step. The variables stand in the script, because most SSH servers accept no environment
 * variables from a client.
 *
 * The script must change only when the instance is replaced: a command whose script has changed is run again, on an instance
 * that may no longer exist. The groups that share the instance are therefore no part of the script.
 */
export function deployScript(
  { run }: DeployStep,
  { name, revision }: Release,
  roles: readonly string[],
): string {
  const variables = {
    CHAINFLEET_RELEASE: name,
    CHAINFLEET_REVISION: revision,
    CHAINFLEET_ROLES: roles.join(" "),
  };
  const exports = Object.entries(variables).map(([variable, value]) => `export ${variable}=${quoted(value)}`);
  return [...exports, run].join("\n");
}

/** A POSIX shell takes everything between single quotes as it stands, except a single quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
