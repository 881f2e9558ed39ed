import { type Address, concat, type Hash, type Hex, keccak256 } from "viem";
import { type Build, build } from "../../components/contracts/build";
import { claimOf } from "../../components/contracts/verification/claim";
import { type Result, verifyAt } from "../../components/contracts/verification/verify";
import { ChainfleetError } from "../../components/error";
import { explorersOf } from "../../stacks/config/explorers";
import { EngineCommand } from "../engine/command";
import { contractsConfig } from "../engine/config";
import { openStack, ROOT } from "../engine/stack";
import { readState, type State } from "../engine/state";

/** What `chainfleet contracts verify` is asked for. */
export interface VerifyOptions {
  readonly stack: string;
  readonly json: boolean;
}

interface Verified {
  readonly chain: string;
  readonly name: string;
  readonly address: Address;
  readonly results: readonly Result[];
}

/**
 * `chainfleet contracts verify [name…]`: verifies what is deployed, all or some, at the explorers of the config, all
 * at the same time. What is verified already counts as done.
 *
 * @returns the process' exit code: 1 if an explorer refused.
 */
export async function verify(
  names: readonly string[],
  { stack: stackName, json }: VerifyOptions,
): Promise<number> {
  const command = new EngineCommand();
  const { chains } = await contractsConfig(stackName, command);
  const deployments = deploymentsOf(await readState(await openStack(stackName, command), command));
  const unknown = names.filter((name) => !deployments.some(({ deployment }) => deployment === name));
  if (unknown.length > 0) {
    throw new ChainfleetError(
      `${unknown.join(", ")}: not deployed by the stack "${stackName}".`,
      "chainfleet contracts list shows what is.",
    );
  }
  const built = await build(ROOT, (line) => process.stderr.write(`${line}\n`));
  const verified = await Promise.all(
    deployments
      .filter(({ deployment }) => names.length === 0 || names.includes(deployment))
      .map(async (deployment): Promise<Verified> => {
        const { chain, address } = deployment;
        const config = chains[chain.name];
        expectSameCode(deployment, built);
        const claim = claimOf(ROOT, chain.chainId, { ...deployment, build: built.sourcesHash });
        const explorers = config === undefined ? [] : explorersOf(config);
        const results = await Promise.all(explorers.map((explorer) => verifyAt(explorer, claim)));
        for (const { explorer, why } of results) {
          process.stderr.write(`${chain.name} ${deployment.deployment}: ${explorer} ${why ?? "verified"}\n`);
        }
        return { chain: chain.name, name: deployment.deployment, address, results };
      }),
  );
  const refused = verified.filter(({ results }) => results.some((result) => !result.verified));
  process.stdout.write(
    json
      ? `${JSON.stringify({ contracts: verified })}\n`
      : `${verified.length - refused.length} of ${verified.length} contracts are verified\n`,
  );
  return refused.length === 0 ? 0 : 1;
}

/** @throws ChainfleetError when the sources have changed since the contract was deployed. */
function expectSameCode(
  { chain, deployment, contract, encodedArguments, initCodeHash }: Deployment,
  built: Build,
) {
  const { creationCode = "0x" } = built.artifacts.get(contract) ?? {};
  if (keccak256(concat([creationCode, encodedArguments])) !== initCodeHash) {
    throw new ChainfleetError(
      `${deployment} on ${chain.name}: contracts/src is not what was deployed.`,
      "Check out the sources that it was deployed from, or deploy what is there now with chainfleet up.",
    );
  }
}

/** A deployment as the state has it, that is of our own code. */
interface Deployment {
  readonly chain: { readonly name: string; readonly chainId: number };
  readonly deployment: string;
  readonly contract: string;
  readonly build: string;
  readonly making: { readonly by: string };
  readonly address: Address;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly transaction: Hash | "";
}

function deploymentsOf({ resources = [] }: State): Deployment[] {
  return resources
    .filter(({ type }) => type === "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment")
    .map(({ outputs }) => outputs as unknown as Deployment)
    .filter(({ making }) => making.by !== "others");
}
