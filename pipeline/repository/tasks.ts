import { readFileSync } from "node:fs";
import { join } from "node:path";
import { closureOf, sourcesOf } from "../../components/contracts/build/imports";
import type { Stage } from "../graph/stage";
import type { FileHashes, PartInputs, Task } from "../graph/task";
import { programJob } from "../run/child-process";
import type { Job } from "../run/job";
import { listTemplates } from "../templates/registry";
import { checkPolicies } from "./check-policies";
import { checkStacks } from "./check-stacks";
import { Cleanroom } from "./cleanroom";
import { DEPLOYED_CONTRACTS, deployInCleanroom } from "./deploy-in-cleanroom";
import { previewGenesis, stacksWithNetwork } from "./genesis-preview";
import { moduleGraph } from "./module-graph";
import { previewStacks } from "./preview-stacks";
import { runForgeTests, runUnitTests } from "./run-tests";
import { PROGRAM } from "./run-time-reads";
import { generateStackFiles, selectTemplates } from "./template-tasks";
import { filesOfTests, matching } from "./unit-tests";

/** A task of this repository's pipeline, with its work. */
export interface RepositoryTask extends Task {
  readonly job: Job;
  /** Called at the end of a run, whether or not the task has run. */
  readonly end?: () => Promise<void>;
}

/** Where the tasks work. */
export interface Workplace {
  /** The root folder of the repository. */
  readonly root: string;
  /** The folder for what is generated, relative to the root. @example ".chainfleet/pipeline/generated" */
  readonly generated: string;
}

/**
 * The tasks of this repository.
 *
 * @param files the content of the tree; it decides which tests and stacks there are.
 */
export function repositoryTasks({ root, generated }: Workplace, files: FileHashes): RepositoryTask[] {
  const paths = [...files.keys()];
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const stacks = stacksAmong(paths);
  const program = matching(paths, PROGRAM);
  const contractsOf = (stack: string) =>
    read(stackFile(stack)).includes("chainfleet:contracts:")
      ? matching(paths, ["contracts/src/**", ...FOUNDRY])
      : [];
  const all = (...patterns: readonly string[]) => parts(["all", matching(paths, patterns)]);

  const templates = templateParts(root, paths);
  const cleanroom = new Cleanroom(root);
  const deployed = parts(["dev", deploymentFiles(paths, read)]);

  return [
    task("templates", "template-selection", [], { parts: templates, job: selectTemplates(root) }),
    task("stack-files", "code-generation", ["templates"], {
      parts: templates,
      job: generateStackFiles(root, join(root, generated)),
    }),
    task("contracts", "code-generation", [], {
      parts: all("contracts/src/**", ...FOUNDRY),
      job: programJob({ command: ["node", "pipeline/repository/build-contracts.js"], folder: root }),
    }),
    task("genesis", "code-generation", [], {
      parts: parts(
        ...stacksWithNetwork(stacks.map((stack) => [stack, read(stackFile(stack))])).map(
          (stack): PartFiles => [
            stack,
            [stackFile(stack), ...matching(paths, ["stacks/config/**", "components/besu/genesis/**"])],
          ],
        ),
      ),
      job: previewGenesis(join(root, generated)),
    }),
    {
      ...task("cleanroom", "cleanroom-setup", [], { parts: deployed, job: cleanroom.takeJob() }),
      lasts: "run",
      end: () => cleanroom.giveBack(),
    },
    task("deployment", "testing", ["cleanroom", "contracts"], {
      parts: deployed,
      job: deployInCleanroom(cleanroom),
    }),
    task("contract-tests", "testing", [], {
      parts: forgeTests(paths, read),
      job: runForgeTests(root),
    }),
    task("unit-tests", "testing", [], {
      parts: parts(
        ...[...filesOfTests(paths, moduleGraph(paths, read))].map(
          ([test, used]): PartFiles => [test, [...used, ...EVERY_UNIT_TEST]],
        ),
      ),
      job: runUnitTests(root),
    }),
    task("types", "validation", [], {
      parts: all("**/*.ts", "tsconfig.json"),
      job: programJob({ command: ["node", "node_modules/typescript/bin/tsc", "-p", "."], folder: root }),
    }),
    task("config", "validation", [], {
      parts: parts(
        ...stacks.map(
          (stack): PartFiles => [
            stack,
            [stackFile(stack), ...matching(paths, ["stacks/config/**", "components/**"])],
          ],
        ),
      ),
      job: checkStacks(),
    }),
    // The resources of a stack with contracts depend on the code of the contracts, which is built once, before.
    task("preview", "validation", ["contracts"], {
      parts: parts(
        ...stacks.map(
          (stack): PartFiles => [
            stack,
            [
              stackFile(stack),
              `test/expected/${stack}.json`,
              ...program,
              ...contractsOf(stack),
              ...matching(paths, ["test/dump/**", "test/dump.js"]),
            ],
          ],
        ),
      ),
      job: previewStacks(root),
    }),
    task("policies", "validation", ["contracts"], {
      parts: parts(
        ...stacks.map(
          (stack): PartFiles => [
            stack,
            [
              stackFile(stack),
              ...program,
              ...contractsOf(stack),
              ...matching(paths, ["test/dump/**", "test/policies.js"]),
            ],
          ],
        ),
      ),
      job: checkPolicies(root),
    }),
  ];
}

type PartFiles = readonly [part: string, files: readonly string[]];

function task(
  name: string,
  stage: Stage,
  after: readonly string[],
  { parts, job }: Pick<RepositoryTask, "parts" | "job">,
): RepositoryTask {
  return { name, stage, after, parts, job };
}

function parts(...all: readonly PartFiles[]): ReadonlyMap<string, PartInputs> {
  return new Map(
    all.map(([part, files]) => [
      part,
      { files: [...files, ...EVERY_TASK], values: [process.version, process.platform, process.arch] },
    ]),
  );
}

/** The templates of this repository's own registry. */
function templateParts(root: string, paths: readonly string[]): ReadonlyMap<string, PartInputs> {
  const code = matching(paths, ["pipeline/templates/**", "stacks/config/**"]);
  return parts(
    ...listTemplates(root).map(({ name, file }): PartFiles => [name, ["templates.yaml", file, ...code]]),
  );
}

/** The packages, and the loader of TypeScript. */
const EVERY_TASK: readonly string[] = ["package.json", "package-lock.json", "typescript.js"];

/** What the deployment in a cleanroom depends on: of the contracts, only those that it deploys. */
function deploymentFiles(paths: readonly string[], read: (path: string) => string): string[] {
  const files = matching(paths, [
    ...PROGRAM,
    ...["Pulumi.dev.yaml", "bin/chainfleet", "packages.js", "scripts/**", "local/**"],
    "pipeline/repository/deploy-in-cleanroom.ts",
  ]);
  const contracts = matching(
    paths,
    DEPLOYED_CONTRACTS.map((contract) => `contracts/src/**/${contract}.sol`),
  );
  return [
    ...withImports(contracts, paths, read).values(),
    ...files.filter((path) => !path.endsWith(".test.ts") && !path.startsWith("scripts/pipeline/")),
  ].flat();
}

const EVERY_UNIT_TEST: readonly string[] = ["vitest.config.mts", "tsconfig.json"];

const FOUNDRY: readonly string[] = ["foundry.toml", "contracts/solc"];

/** Each test contract with the sources that it imports. */
function forgeTests(
  paths: readonly string[],
  read: (path: string) => string,
): ReadonlyMap<string, PartInputs> {
  return parts(...withImports(matching(paths, ["contracts/test/**/*.t.sol"]), paths, read));
}

/** Sources of contracts, each with what it imports and what decides how it is compiled; packages are in the lock file. */
function withImports(
  files: readonly string[],
  paths: readonly string[],
  read: (path: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const existing = new Set(paths);
  const sources = sourcesOf(files, { remappings: [], folders: [] }, (path) =>
    existing.has(path) ? read(path) : undefined,
  );
  return new Map(
    files.map((file) => [file, [...closureOf(file, sources).map(({ path }) => path), ...FOUNDRY]]),
  );
}

/** The stacks that have a file; the stack of a single region is described by the file of its network. */
function stacksAmong(paths: readonly string[]): string[] {
  return paths.flatMap((path) => /^Pulumi\.([\w-]+)\.yaml$/.exec(path)?.[1] ?? []).toSorted();
}

function stackFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}
