import { BLOCK_SECONDS, EXPLORER_SECONDS, Testbed } from "./contracts/testbed";

/** Figures of the benchmark `contracts`. Times are seconds of real time; ratios are medians of the rounds. */
export interface Contracts {
  /** The highest number of blocks over which the nine contracts of a chain were spread in any round. */
  readonly blocksPerChain: number;
  /** Duration of the four phases of the old scripts, divided by the duration of chainfleet. */
  readonly speedupVsPhases: number;
  /** Duration of nine deployments one after the other, divided by the duration of chainfleet. */
  readonly speedupVsSerial: number;
  /** Duration of nine verifications together, divided by the duration of the slowest verification alone. */
  readonly verifyRatio: number;
  /** The lower bound: the average time until the next block, which is half a block period. */
  readonly lowerBoundSeconds: number;
  readonly rounds: readonly { readonly ours: number; readonly phases: number; readonly serial: number }[];
  readonly verify: { readonly together: number; readonly alone: Readonly<Record<string, number>> };
  readonly blockSeconds: number;
  /** How long the local explorer takes for one verification. */
  readonly explorerSeconds: number;
}

const ROUNDS = 3;

/**
 * The phases of the old scripts (seed 000). The contracts of a phase are deployed at once; the next phase starts when
 * all of them are deployed.
 */
const PHASES: readonly (readonly string[])[] = [
  ["Multicall", "WETH9", "WETH10"],
  ["CCIPRouter"],
  ["CCIPWETH9Bridge", "CCIPWETH10Bridge"],
  ["OracleAggregator", "OracleProxy", "MultiSig"],
];

/** Deploys nine contracts to each of two chains, in turns with chainfleet and with forge. */
export async function contracts(): Promise<Contracts> {
  const testbed = await Testbed.open();
  try {
    const rounds: Contracts["rounds"][number][] = [];
    const blocks: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`contracts: round ${round} of ${ROUNDS}\n`);
      const ours = await testbed.deployWithChainfleet(saltOf(round));
      blocks.push(...ours.blocks);
      const phases = await testbed.deployWithForge(PHASES);
      const serial = await testbed.deployWithForge(PHASES.flat().map((name) => [name]));
      rounds.push({ ours: ours.seconds, phases, serial });
    }
    process.stderr.write("contracts: verification\n");
    const verify = await testbed.verify(saltOf(ROUNDS));
    const median = (of: (round: (typeof rounds)[0]) => number) =>
      [...rounds].map(of).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    return {
      blocksPerChain: Math.max(...blocks),
      speedupVsPhases: rounded(median(({ ours, phases }) => phases / ours)),
      speedupVsSerial: rounded(median(({ ours, serial }) => serial / ours)),
      verifyRatio: rounded(verify.together / Math.max(...Object.values(verify.alone))),
      lowerBoundSeconds: BLOCK_SECONDS / 2,
      rounds: rounds.map(({ ours, phases, serial }) => ({
        ours: rounded(ours),
        phases: rounded(phases),
        serial: rounded(serial),
      })),
      verify: {
        together: rounded(verify.together),
        alone: Object.fromEntries(
          Object.entries(verify.alone).map(([name, seconds]) => [name, rounded(seconds)]),
        ),
      },
      blockSeconds: BLOCK_SECONDS,
      explorerSeconds: EXPLORER_SECONDS,
    };
  } finally {
    await testbed.close();
  }
}

function saltOf(round: number): string {
  return `round ${round}`;
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
