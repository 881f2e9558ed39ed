import type { Unwrap } from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { memoizeSuccess } from "../../memoize-success";
import { validatorName, validatorObjectName } from "../../naming";
import { type AskedValidator, type ChainView, chainView } from "../chain-view/chain-view";
import { keySecretName } from "../keys/key-secret";
import { keysInCluster } from "../keys/keys-in-cluster";
import type { NodeClient } from "../node-access/node-client";
import { type NodeObservation, observeNode } from "../node-access/observe-node";
import { NodeConnections, validatorPod } from "../nodes/node-connections";
import { signingWindow } from "../nodes/signing";
import { quorum } from "../quorum";
import type { Ballot, ReadBallot } from "./ballot";
import type { MemberNode, Membership, VoteStep } from "./plan";
import type { MemberRegionArgs } from "./validator-set";

/** A region with all values known. */
export type MemberRegion = Unwrap<MemberRegionArgs>;

/** What the nodes say about the chain's validators. */
export interface ObservedMembers extends Membership {
  readonly height: number;
  /** The blocks that the nodes have together which are no validators of the chain yet and are still importing them. */
  readonly imported: number;
  /** What each validator of the config that does not answer or does not sign lacks. */
  readonly problems: ReadonlyMap<string, string>;
}

/** The nodes of a network's validators, over connections that stay open until {@link Members.close}. */
export class Members {
  readonly #nodes: readonly MemberAccess[];
  readonly #wanted: readonly Address[];
  readonly #readBallot: ReadBallot;
  /** Of the nodes that answered last. */
  #ballots: ReadonlyMap<Address, Ballot> = new Map();
  /** Why nodes did not take the last steps, by name. */
  #refusals: ReadonlyMap<string, string> = new Map();

  /**
   * @param former regions that the network had, whose nodes may still run: their validators may have to vote.
   * @param readBallot how validators vote on the chain.
   */
  constructor(regions: readonly MemberRegion[], former: readonly MemberRegion[], readBallot: ReadBallot) {
    this.#readBallot = readBallot;
    const wanted = regions.flatMap(accessOf);
    this.#wanted = wanted.map(({ address }) => address).sort();
    // A validator that was removed and added again has its name, and its pod, but another key.
    const names = new Set(wanted.map(({ name }) => name));
    this.#nodes = [...wanted, ...former.flatMap(accessOf).filter(({ name }) => !names.has(name))];
  }

  /** Asks all nodes at once. Undefined if none answers. */
  async observe(): Promise<ObservedMembers | undefined> {
    const window = 2 * signingWindow(this.#nodes.length);
    const answers = await Promise.all(
      this.#nodes.map(async ({ name, address, client, privateKey }) => {
        try {
          const node = await client();
          const answer = await observeNode(node, window);
          return {
            name,
            address,
            answer,
            ballot: await this.#readBallot({ address, node, answer, privateKey }),
          };
        } catch (error) {
          return { name, address, answer: { problem: `does not answer: ${(error as Error).message}` } };
        }
      }),
    );
    const view = chainView(answers);
    if (view === undefined) {
      return undefined;
    }
    this.#ballots = new Map(
      answers.flatMap(({ address, ballot }) => (ballot === undefined ? [] : [[address, ballot] as const])),
    );
    const nodes = answers.flatMap(({ address, answer, ballot }) =>
      ballot === undefined || "problem" in answer ? [] : memberNode(address, { answer, ballot, view }),
    );
    return {
      current: view.validators,
      wanted: this.#wanted,
      signing: signersOf(view, answers),
      nodes,
      height: view.height,
      imported: importedBlocks(answers, view),
      problems: new Map([...problemsOf(answers, nodes, view), ...this.#refusals]),
    };
  }

  /** Makes the steps of a plan, those of each node in their order. A node that does not take one is asked again with the next plan. */
  async make(steps: readonly VoteStep[]): Promise<void> {
    const refusals = new Map<string, string>();
    await Promise.all(
      this.#nodes.map(async ({ name, address }) => {
        const own = steps.filter(({ node }) => node === address);
        if (own.length > 0) {
          await this.#ballots
            .get(address)
            ?.cast(own)
            .catch((error: Error) => refusals.set(name, `does not vote: ${error.message}`));
        }
      }),
    );
    this.#refusals = refusals;
  }

  close(): void {
    for (const { close } of this.#nodes) {
      close();
    }
  }
}

interface MemberAccess {
  readonly name: string;
  readonly address: Address;
  readonly client: () => Promise<NodeClient>;
  readonly privateKey: () => Promise<Hex>;
  readonly close: () => void;
}

function accessOf({ name, validators, ...access }: MemberRegion): MemberAccess[] {
  const connections = new NodeConnections(access);
  const keysIn = memoizeSuccess(async (namespace: string) =>
    keysInCluster({ config: await connections.cluster(), namespace }),
  );
  return validators.map((address, index) => ({
    name: validatorName(name, index),
    address,
    client: () => connections.node(validatorPod(index)),
    privateKey: async () => {
      const objectName = validatorObjectName(index);
      const key = (await keysIn(access.namespace)).get(objectName);
      if (key === undefined) {
        throw new Error(
          `the namespace ${access.namespace} has no Secret ${keySecretName(objectName)} with the key that signs its vote`,
        );
      }
      return key;
    },
    close: () => connections.close(),
  }));
}

interface AnsweringNode {
  readonly answer: NodeObservation;
  readonly ballot: Ballot;
  readonly view: ChainView;
}

/** A node may be a block behind, and another one may have been made while it answered. */
const NORMAL_LAG_BLOCKS = 2;

function memberNode(address: Address, { answer, ballot, view }: AnsweringNode): MemberNode {
  return {
    address,
    isInSync:
      answer.genesisHash === view.genesisHash &&
      answer.syncingTo === undefined &&
      answer.head.number >= view.height - NORMAL_LAG_BLOCKS &&
      answer.peers >= quorum(view.validators.length) - 1,
    proposals: ballot.proposals,
    isUnderway: ballot.isUnderway,
  };
}

/** Those that do not count as down. One that has been voted in is known to sign when it has had its turn to propose. */
function signersOf(view: ChainView, asked: readonly AskedValidator[]): ReadonlySet<Address> {
  const names = new Map(asked.map(({ name, address }) => [address, name]));
  return new Set(view.validators.filter((address) => !view.down.has(names.get(address) ?? address)));
}

function importedBlocks(asked: readonly AskedValidator[], view: ChainView): number {
  return asked.reduce((sum, { address, answer }) => {
    const isImporting =
      address !== undefined &&
      !view.validators.includes(address) &&
      answer !== undefined &&
      !("problem" in answer) &&
      answer.head.number < view.height - NORMAL_LAG_BLOCKS;
    return sum + (isImporting ? answer.head.number : 0);
  }, 0);
}

function problemsOf(
  asked: readonly AskedValidator[],
  nodes: readonly MemberNode[],
  view: ChainView,
): ReadonlyMap<string, string> {
  const problems = new Map([...view.down].map(([name, { reason }]) => [name, reason]));
  for (const { name, address, answer } of asked) {
    if (answer !== undefined && "problem" in answer) {
      problems.set(name, answer.problem);
    } else if (answer !== undefined && !nodes.some((node) => node.address === address && node.isInSync)) {
      problems.set(name, `has ${answer.peers} peers and ${answer.head.number} of ${view.height} blocks`);
    }
  }
  return problems;
}
