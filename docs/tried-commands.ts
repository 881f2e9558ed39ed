import { DOCUMENTS, type TypedCommand, typedCommands } from "./shown-commands";

/** A reason for which test/integration/documents.test.ts does not run some commands. */
export interface NotTried {
  readonly commands: RegExp;
  readonly reason: string;
  /** Tests that run these commands, or the same ones with other arguments. */
  readonly testedBy?: readonly string[];
}

/** The commands that are not run. */
export const NOT_TRIED: readonly NotTried[] = [
  { commands: /^(az|aws|for namespace in|done$)/, reason: "asks Azure or AWS" },
  { commands: /^age-keygen /, reason: "needs age", testedBy: ["test/integration/recover-keys.test.ts"] },
  {
    commands: /^cat > receiver\.yaml /,
    reason: "writes a file for a network with monitoring",
    testedBy: ["test/integration/monitoring.test.ts"],
  },
  { commands: /^(kind|kubectl) /, reason: "needs a cluster that runs containers" },
  {
    commands: /^pulumi (login|stack init|stack schedule|deployment|config set) /,
    reason: "signs in, or writes settings of a stack on real clouds",
  },
  {
    commands: /^pulumi (refresh|up) |^CHAINFLEET_MODE=\w+ pulumi up /,
    reason: "asks at a terminal",
    testedBy: ["test/integration/dev/drift-and-updates.ts", "test/integration/rollout.test.ts"],
  },
  { commands: /^npm ci$/, reason: "installs packages", testedBy: ["test/fresh-clone.test.ts"] },
  {
    commands: /^make (up|down)$/,
    reason: "local/run with up and down, which every integration test does",
    testedBy: ["test/support/checkout.ts"],
  },
  {
    commands: /^make (test|check|bench)\b|\bvitest run\b|^(\S+=\S+ )?bin\/chainfleet pipeline(?! --plan)/,
    reason: "runs tests, lint rules or benchmarks of this repository",
    testedBy: ["scripts/pipeline/command.test.ts"],
  },
  {
    commands: /^bin\/forge |^node test\/solidity\//,
    reason: "tests the contracts; make test and .github/workflows/test.yml run it",
  },
  {
    commands: /^local\/run( --\w+)? COMMAND$|^local\/run --stack <name>$/,
    reason: "stands for other commands",
  },
  {
    commands: /^local\/cleanroom (run|fill|empty)/,
    reason: "prepares or deletes environments",
    testedBy: ["test/integration/cleanroom.test.ts"],
  },
  {
    commands: /^local\/run --aws /,
    reason: "needs the local AWS API",
    testedBy: ["test/integration/rolling.test.ts", "test/integration/rolling-commands.test.ts"],
  },
  {
    commands: /--stack shop\b/,
    reason: "needs the stack of a reader's Auto Scaling Groups",
    testedBy: ["test/integration/rolling.test.ts", "test/integration/rolling-commands.test.ts"],
  },
  {
    commands: /^local\/run --kubevirt |^bin\/chainfleet storage /,
    reason: "needs the local cluster with KubeVirt",
    testedBy: ["test/integration/storage.test.ts"],
  },
  {
    commands: /^local\/run --stack \S+ bin\/chainfleet/,
    reason: "deploys 24 regions",
    testedBy: ["test/locations/stacks-of-24.test.ts", "bench/scale/lives.ts"],
  },
  {
    commands: /--stack prod\b/,
    reason: "needs a sharded network",
    testedBy: ["test/integration/sharding.test.ts", "test/integration/operator.test.ts"],
  },
  {
    commands: / --policy-pack /,
    reason: "installs the policy pack",
    testedBy: ["test/integration/policies.test.ts"],
  },
  {
    commands: /^pulumi stack output monitoring /,
    reason: "needs a network with monitoring",
    testedBy: ["test/integration/monitoring.test.ts"],
  },
  {
    commands: /^bin\/chainfleet keys restore (?!.*--preview)/,
    reason: "founds a lost network again",
    testedBy: ["test/integration/recover-keys.test.ts"],
  },
  {
    commands: /^bin\/chainfleet services stop all /,
    reason: "halts the chain, and asks at a terminal",
    testedBy: ["test/integration/services.test.ts"],
  },
  {
    commands: /--mode maximum$/,
    reason: "gives the run another order",
    testedBy: ["test/integration/rollout.test.ts"],
  },
  {
    commands: /^bin\/chainfleet down /,
    reason: "deletes the network, and asks at a terminal",
    testedBy: ["test/integration/dev/teardown.ts"],
  },
  {
    commands: /^bin\/chainfleet up --stack kind$/,
    reason: "needs the cluster of kind",
    testedBy: ["test/integration/plain-preview.test.ts"],
  },
  { commands: /^eval "\$\(make -s env\)"$/, reason: "sets the variables in which all commands here run" },
  {
    commands: /command\.ts faults set faults\.json$/,
    reason: "needs a script of faults; setFaults sends what this command sends",
    testedBy: ["test/support/checkout.ts"],
  },
];

/** What stands for a placeholder of a document, and for the name of a stack on real clouds. */
export interface Values {
  readonly stack: string;
  readonly region: string;
  readonly run: string;
  /** The recipient of a backup of keys: a public key of age. */
  readonly recipient: string;
}

/** The commands that are tried, each once, in the order of the documents. */
export function triedCommands(values: Values): TypedCommand[] {
  const commands = new Map<string, TypedCommand>();
  for (const { document, line } of DOCUMENTS.flatMap(typedCommands)) {
    if (!NOT_TRIED.some(({ commands: excepted }) => excepted.test(line))) {
      const complete = line
        .replaceAll(/<stack>|(?<=--stack )azure\b/g, values.stack)
        .replaceAll("<region>", values.region)
        .replaceAll("<id>", values.run)
        .replaceAll("age1…", values.recipient);
      commands.set(complete, commands.get(complete) ?? { document, line: complete });
    }
  }
  return [...commands.values()];
}

/** Whether a command can be tried on the local target. Programs of others are never tried. */
export function canBeTried(line: string): boolean {
  return /^(?:bin\/chainfleet|local\/cleanroom|pulumi (?:preview|stack output)|node --require \.\/typescript\.js local\/) ?/.test(
    line,
  );
}
