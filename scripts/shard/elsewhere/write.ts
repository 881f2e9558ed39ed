import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { updateWidth } from "../../../components/besu/update-gate";
import { ChainfleetError } from "../../../components/error";
import { PROJECT_ROOT } from "../../../components/root";
import { shardConfig } from "../../../stacks/config/written/shard-config";
import { isSharded, shardStackName } from "../../../stacks/config/written/shard-name";
import { plainStackName, readStackFile, stackFile } from "../../../stacks/config/written/written-config";
import { configuredRegions } from "../../run/configured";
import { writeShardFiles } from "../shard-files";
import { deploymentSettings, stackResources } from "./manifests";

/** The options of `chainfleet shard --operator`. */
export interface ElsewhereOptions {
  readonly stack: string;
  readonly json: boolean;
  /** The folder in which the file with the Stack resources is written. */
  readonly operator: string;
  /** @default the remote "origin" of this checkout */
  readonly repository?: string;
  /** @default the current branch of this checkout */
  readonly branch?: string;
  /** The project's folder in the repository. @default as in this checkout */
  readonly folder?: string;
  readonly organization: string;
  readonly backend?: string;
  readonly secret: string;
}

/**
 * Writes what engines elsewhere need: the Stack resources of a network for the Pulumi Kubernetes Operator, and
 * `Pulumi.<stack>.deploy.yaml` of each stack for Pulumi Deployments.
 *
 * @returns the exit code of the process.
 */
export function writeForElsewhere(options: ElsewhereOptions): number {
  const stack = plainStackName(options.stack);
  const configured = configuredRegions(stack);
  const [first] = configured;
  if (!isSharded(stack) || first === undefined) {
    throw new ChainfleetError({
      code: "SHARDING_NOT_CONFIGURED",
      summary: `${stackFile(stack)} does not say sharding: region. Nothing was written.`,
      next: `Set chainfleet:sharding: region in ${stackFile(stack)}, then repeat this command.`,
    });
  }
  // Throws all findings.
  shardConfig({ parent: stack, region: first.name });
  const regions = configured.map(({ name }) => name);
  const deployment = {
    stack,
    regions,
    updateWidth: updateWidth(configured.reduce((sum, { validators }) => sum + validators, 0)),
    repository: options.repository ?? git("the repository", "--repository", "remote", "get-url", "origin"),
    branch: options.branch ?? git("the branch", "--branch", "rev-parse", "--abbrev-ref", "HEAD"),
    folder: options.folder ?? folderInRepository(),
  };
  writeShardFiles(stack, regions);
  const resources = stackResources(deployment, {
    organization: options.organization,
    backend: options.backend,
    secretsProvider: readStackFile(stack).secretsprovider,
    secret: options.secret,
  });
  mkdirSync(resolve(options.operator), { recursive: true });
  const files = [join(resolve(options.operator), `${stack}-stacks.yaml`)];
  writeFileSync(files[0] as string, resources.map((resource) => stringify(resource)).join("---\n"));
  const settings = stringify(deploymentSettings(deployment));
  for (const name of [stack, ...regions.map((region) => shardStackName({ parent: stack, region }))]) {
    const file = join(PROJECT_ROOT, `Pulumi.${name}.deploy.yaml`);
    writeFileSync(file, settings);
    files.push(file);
  }
  const written = files.map((file) => relative(process.cwd(), file));
  process.stdout.write(
    options.json ? `${JSON.stringify({ stack, files: written })}\n` : `${written.join("\n")}\n`,
  );
  return 0;
}

function folderInRepository(): string {
  return relative(git("the folder", "--folder", "rev-parse", "--show-toplevel"), PROJECT_ROOT) || ".";
}

function git(what: string, option: string, ...args: readonly string[]): string {
  try {
    return execFileSync("git", args, {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch (cause) {
    throw new ChainfleetError({
      code: "REPOSITORY_UNKNOWN",
      summary: `Git does not tell ${what} of the program for the engines elsewhere. Nothing was written.`,
      next: `Name it with ${option}.`,
      cause,
    });
  }
}
