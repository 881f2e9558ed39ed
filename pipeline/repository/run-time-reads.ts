/** What the program of a stack consists of, beside the stack's file. */
export const PROGRAM: readonly string[] = [
  "index.ts",
  "providers.js",
  "startup.ts",
  "bundled-packages.ts",
  "Pulumi.yaml",
  "stacks/**",
  "components/**",
];

/** The command, and everything that it loads. */
const COMMAND: readonly string[] = ["bin/chainfleet", "scripts/**", "pipeline/**", ...PROGRAM];

/**
 * The files that unit tests read without an import that names them: through programs that they start, or by computed paths.
 * Patterns as of picomatch. `test/support` holds helpers of tests, so a test that starts programs is here itself.
 */
export const RUN_TIME_READS: Readonly<Record<string, readonly string[]>> = {
  "docs/commands.test.ts": [
    "*.md",
    "docs/**/*.md",
    "contracts/README.md",
    "test/**/*.ts",
    "scripts/**/*.ts",
    "pipeline/**/*.ts",
    "stacks/**/*.ts",
    "components/**/*.ts",
    "local/cleanrooms/*.ts",
  ],
  "docs/concepts.test.ts": [
    "docs/concepts.md",
    "test/graph.js",
    "test/dump/**",
    "Pulumi.dev.yaml",
    ...PROGRAM,
  ],
  "docs/config-schema.test.ts": ["Pulumi.*.yaml"],
  "docs/fidelity.test.ts": ["**/*.ts", "local/**"],
  "local/cleanrooms/pool.test.ts": ["local/cleanrooms/**", "local/toolchain/lock.ts", "typescript.js"],
  "local/cloud/boundary.test.ts": ["local/cloud/**"],
  "local/command/local.test.ts": ["local/command/**"],
  "local/engine/version.test.ts": ["package.json", "local/engine/build/go.mod"],
  "local/services/environment.test.ts": ["local/services/**"],
  "local/services/start.test.ts": ["local/services/**"],
  "local/toolchain/go-build.test.ts": ["local/toolchain/**"],
  "pipeline/repository/check-policies.test.ts": [
    "Pulumi.kind.yaml",
    "test/policies.js",
    "test/dump/**",
    ...PROGRAM,
  ],
  "pipeline/repository/run-time-reads.test.ts": ["**/*.test.ts"],
  "pipeline/templates/registry.test.ts": ["templates.yaml", "templates/**", "Pulumi.*.yaml"],
  "scripts/chainfleet.test.ts": COMMAND,
  "scripts/engine/command.test.ts": ["Pulumi.yaml"],
  "scripts/engine/dynamic-provider/cancellation.test.ts": ["scripts/engine/**", ...PROGRAM],
  "scripts/engine/dynamic-provider/plugin.test.ts": ["scripts/engine/**", ...PROGRAM],
  "scripts/pipeline/command.test.ts": [
    ...COMMAND,
    "templates.yaml",
    "templates/**",
    "contracts/**",
    "Pulumi.*.yaml",
  ],
  "scripts/engine/program/waiting-program.test.ts": [
    "scripts/engine/program/**",
    "typescript.js",
    ...PROGRAM,
  ],
  "scripts/recover/identity.test.ts": ["test/expected/**"],
  "scripts/terminal/confirmation.test.ts": COMMAND,
  "stacks/config/example-stacks.test.ts": ["Pulumi.*.yaml"],
  "test/deployments/settings.test.ts": ["Pulumi.*.yaml"],
  "test/fresh-clone.test.ts": [
    "bin/**",
    "packages.js",
    "local/status",
    "local/env",
    "local/services/**",
    "package.json",
  ],
  "test/order.test.ts": ["test/graph.js", "test/dump/**", "Pulumi.*.yaml", ...PROGRAM],
  "test/providers.test.ts": ["test/expected/**", ...PROGRAM],
  "test/typescript.test.ts": ["typescript.js", "startup.ts", "bundled-packages.ts"],
};

/**
 * Unit tests that are no part of the pipeline: `make test` runs them. The expected resources of the stacks are compared by the
 * task `preview`, stack by stack; the tests of monitoring fetch Prometheus and Loki from the machine's package sources.
 */
export const OUTSIDE_OF_THE_PIPELINE: readonly string[] = [
  "test/expected.test.ts",
  "test/monitoring/alerts.test.ts",
  "test/monitoring/configs.test.ts",
];
