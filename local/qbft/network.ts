import type { Address } from "viem";
import { type Block, Branch, type ChainRules, type Head, headAt, isBefore } from "./chain";
import type { Transaction } from "./contract/transaction";
import type { Delays } from "./delays";
import { Group } from "./group";
import type { Decision } from "./height";
import { Mesh } from "./mesh";
import {
  CONNECTING_MILLISECONDS,
  type Fault,
  HEARING_MILLISECONDS,
  type NodeDescription,
  SimulatedNode,
  syncMilliseconds,
} from "./node";

/**
 * The nodes of one genesis block: what they have imported, who is connected to whom, and the blocks that the validators make.
 *
 * Deterministic: the same calls with the same times give the same blocks. Times are simulated milliseconds since 1970, whole
 * numbers that never go back; between two calls, time passes only when {@link Network.advance} says so.
 */
export class Network {
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #byAccount = new Map<Address, SimulatedNode>();
  readonly #root: Branch;
  readonly #groups = new Set<Group>();
  readonly #mesh: Mesh;
  #now = 0;

  /** @param root the line of blocks that begins with the genesis block, from an earlier run. @default no blocks, yet */
  constructor(
    readonly rules: ChainRules,
    delays: Delays,
    root?: Branch,
  ) {
    this.#root = root ?? new Branch(rules, undefined, []);
    this.#mesh = new Mesh(delays, this.#byAccount);
  }

  /**
   * Starts a node.
   *
   * @param head from the node's data. Undefined: the data are empty, and the node begins with the genesis block.
   */
  start(description: NodeDescription, head: Head | undefined, time: number): void {
    this.advance(time);
    if (this.#nodes.has(description.id)) {
      throw new RangeError(`the node ${description.id} runs already`);
    }
    const node = new SimulatedNode(
      description,
      head ?? { branch: this.#root, number: 0 },
      time,
      time + CONNECTING_MILLISECONDS,
    );
    this.#nodes.set(description.id, node);
    this.#byAccount.set(description.account, node);
  }

  /** Stops a node, however it ends. @returns what its data have. */
  stop(id: string, time: number): Head {
    this.advance(time);
    const node = this.node(id);
    // A block that has a quorum of commits and is under way counts as imported.
    const head = node.syncing === undefined ? node.head : headAt(node.head.branch, node.heightAt(time));
    this.#leave(node, time);
    this.#nodes.delete(id);
    if (this.#byAccount.get(node.description.account) === node) {
      this.#byAccount.delete(node.description.account);
    }
    this.#reconnect(time);
    return head;
  }

  setFault(id: string, fault: Fault, time: number): void {
    this.advance(time);
    const node = this.node(id);
    // The messages up to now still take the times of before.
    this.#disturb(time);
    node.fault = fault;
    this.#reconnect(time);
  }

  /** Gives a transaction to a node, which passes it on to all that it can reach. Those that connect later do not hear of it. */
  submit(id: string, transaction: Transaction, time: number): void {
    this.advance(time);
    const node = this.node(id);
    for (const other of this.#nodes.values()) {
      if (other === node || this.#mesh.areConnected(node, other)) {
        other.pool.add(transaction, time + (other === node ? 0 : this.#mesh.delay(node, other)));
      }
    }
  }

  /** @throws RangeError if no such node runs. */
  node(id: string): SimulatedNode {
    const node = this.#nodes.get(id);
    if (node === undefined) {
      throw new RangeError(`no node ${id} runs`);
    }
    return node;
  }

  get nodes(): readonly SimulatedNode[] {
    return [...this.#nodes.values()];
  }

  /** The ids of the nodes with which a node has a connection. */
  peersOf(id: string): ReadonlySet<string> {
    return this.#mesh.peersOf(id);
  }

  /** The highest block that a node or one of those which it is connected with has, as far as the node may import it. */
  bestKnown(id: string, time: number): number {
    const node = this.node(id);
    return Math.max(
      node.heightAt(time),
      ...[...this.peersOf(id)].map((peer) => {
        const other = this.node(peer);
        return isBefore(node.head, other.head) ? other.heightAt(time) : 0;
      }),
    );
  }

  /** The last block that a node has imported. */
  headOf(id: string, time: number): Block {
    const node = this.node(id);
    return node.head.branch.block(node.heightAt(time)) as Block;
  }

  /** The QBFT round in which a validator waits for the next block; undefined if it takes no part, or if all goes well. */
  roundOf(id: string): number | undefined {
    const { head, description } = this.node(id);
    return this.#groupOf(head)?.roundOf(description.account);
  }

  /**
   * Lets time pass.
   *
   * @throws RangeError if the time lies before one that has passed.
   */
  advance(until: number): void {
    if (until < this.#now) {
      throw new RangeError(`the time ${until} has passed: it is ${this.#now}`);
    }
    this.#now = until;
    for (;;) {
      const due = this.#nextDue();
      const limit = Math.min(until, due?.time ?? until);
      const decided = this.#nextDecision(limit);
      if (decided !== undefined) {
        this.#import(decided.group, decided.decision);
      } else if (due !== undefined && due.time <= until) {
        due.happen();
      } else {
        return;
      }
    }
  }

  /** What happens to a node by itself, and when. */
  #nextDue(): { readonly time: number; readonly happen: () => void } | undefined {
    let first: { time: number; happen: () => void } | undefined;
    for (const node of this.#nodes.values()) {
      const time = node.isConnected ? node.syncing?.endsAt : node.connectsAt;
      if (time !== undefined && (first === undefined || time < first.time)) {
        const happen = () => (node.isConnected ? this.#endSync(node, time) : this.#connect(node));
        first = { time, happen };
      }
    }
    return first;
  }

  #nextDecision(limit: number): { readonly group: Group; readonly decision: Decision } | undefined {
    let first: { group: Group; decision: Decision } | undefined;
    for (const group of this.#groups) {
      const decision = group.run(limit);
      if (decision !== undefined && (first === undefined || decision.time < first.decision.time)) {
        first = { group, decision };
      }
    }
    return first;
  }

  #connect(node: SimulatedNode): void {
    node.isConnected = true;
    this.#reconnect(node.connectsAt);
    if (node.syncing === undefined) {
      this.#join(node, node.connectsAt);
    }
  }

  /** A block has a quorum of commits: who is reached imports the block. */
  #import(group: Group, decision: Decision): void {
    const { time, by } = decision;
    const maker = this.#byAccount.get(by);
    group.decided ??= this.#append(group.head, decision);
    const head = group.decided;
    const occupants = this.#occupants(group);
    const importing = occupants.filter((node) => maker === undefined || this.#mesh.areConnected(node, maker));
    const hasOthers = importing.length < occupants.length;
    for (const node of importing) {
      if (hasOthers) {
        group.leave(node.description.account, time);
      }
      node.head = head;
      node.importedAt = time + (maker === undefined || node === maker ? 0 : this.#mesh.delay(maker, node));
    }
    if (!hasOthers) {
      this.#groups.delete(group);
    }
    if (this.#groupOf(head) === undefined) {
      this.#groups.add(this.#groupAt(head, importing));
    } else {
      for (const node of importing) {
        this.#join(node, node.importedAt);
      }
    }
  }

  #append({ branch: parentBranch, number }: Head, { round, proposer, proposedAt }: Decision): Head {
    // Validators that have all lost their data leave a line of blocks that others still have.
    const branch =
      parentBranch.last.number === number
        ? parentBranch
        : new Branch(this.rules, { branch: parentBranch, number }, []);
    const { tally, world } = branch.last;
    const maker = this.#byAccount.get(proposer);
    branch.append({
      timestampSeconds: Math.round(proposedAt / 1000),
      proposer,
      round,
      vote: world === undefined ? maker?.proposals.next(proposer, tally) : undefined,
      transactions:
        world === undefined
          ? []
          : (maker?.pool.take(world, { at: proposedAt, gas: this.rules.gasLimit }) ?? []),
    });
    return { branch, number: number + 1 };
  }

  /** The nodes that wait for the next block at the head of a group. */
  #occupants({ head }: Group): SimulatedNode[] {
    return this.nodes.filter(
      (node) => node.isConnected && node.syncing === undefined && isSame(node.head, head),
    );
  }

  /** After a change of who is connected to whom, nodes that are behind begin to import what others have, or stop. */
  #reconnect(time: number): void {
    this.#disturb(time);
    this.#mesh.connect(
      this.nodes.filter(({ isConnected, fault }) => isConnected && fault.isIsolated !== true),
    );
    for (const node of this.nodes.filter(({ isConnected }) => isConnected)) {
      const best = this.#bestOf(node);
      if (node.syncing !== undefined && best === undefined) {
        node.head = headAt(node.head.branch, node.heightAt(time));
        node.syncing = undefined;
        this.#join(node, time);
      } else if (node.syncing === undefined && best !== undefined && best.number > node.head.number) {
        this.#leave(node, time);
        const from = node.heightAt(time);
        node.syncing = {
          from,
          startedAt: time + HEARING_MILLISECONDS,
          endsAt: time + syncMilliseconds(best.number - from),
        };
        node.head = best;
      }
    }
  }

  #endSync(node: SimulatedNode, time: number): void {
    node.syncing = undefined;
    node.head = this.#bestOf(node) ?? node.head;
    node.importedAt = time;
    this.#join(node, time);
  }

  /** The highest head of a node that this one is connected with and can come to. */
  #bestOf(node: SimulatedNode): Head | undefined {
    let best: Head | undefined;
    for (const other of this.#nodes.values()) {
      if (
        other !== node &&
        other.isConnected &&
        other.syncing === undefined &&
        this.#mesh.areConnected(node, other) &&
        isBefore(node.head, other.head) &&
        (best === undefined || other.head.number > best.number)
      ) {
        best = other.head;
      }
    }
    return best;
  }

  #join(node: SimulatedNode, time: number): void {
    let group = this.#groupOf(node.head);
    if (group === undefined) {
      group = this.#groupAt(node.head, []);
      this.#groups.add(group);
    }
    group.join(node.description.account, time);
  }

  #leave(node: SimulatedNode, time: number): void {
    const group = node.syncing === undefined ? this.#groupOf(node.head) : undefined;
    group?.leave(node.description.account, time);
    if (group !== undefined && this.#occupants(group).every((other) => other === node)) {
      this.#groups.delete(group);
    }
  }

  #disturb(time: number): void {
    for (const group of this.#groups) {
      group.disturb(time);
    }
  }

  #groupOf(head: Head): Group | undefined {
    return [...this.#groups].find((group) => isSame(group.head, head));
  }

  #groupAt(head: Head, nodes: readonly SimulatedNode[]): Group {
    const block = head.branch.block(head.number) as Block;
    const { blockPeriodSeconds, requestTimeoutSeconds } = this.rules;
    return new Group(
      head,
      {
        validators: block.tally.validators,
        parentProposer: block.proposer,
        notBefore: (block.timestampSeconds + blockPeriodSeconds) * 1000,
        requestTimeout: requestTimeoutSeconds * 1000,
        delay: (from, to) => this.#mesh.messageDelay(from, to),
      },
      nodes.map(({ description, importedAt }) => ({ validator: description.account, joined: importedAt })),
    );
  }
}

function isSame(one: Head, other: Head): boolean {
  return one.branch === other.branch && one.number === other.number;
}
