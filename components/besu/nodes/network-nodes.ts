import type * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Cluster } from "../../cluster";
import { valueIfKnown } from "../../engine/known";
import { fullName, validatorName } from "../../naming";
import { type AskedValidator, type ChainView, chainView, type NoAnswer } from "../chain-view/chain-view";
import { containerEnd, NO_POD } from "../node-access/container";
import type { NodeClient } from "../node-access/node-client";
import { type NodeObservation, observeNode } from "../node-access/observe-node";
import { NodeConnections, validatorPod } from "./node-connections";
import { signingWindow } from "./signing";

/** A region with running validators, and how they are reached. Nobody waits for the values. */
export interface ReachedRegion {
  readonly name: string;
  readonly cluster: Pick<Cluster, "kubeconfig"> & { readonly context?: string | undefined };
  /** The addresses of the region's validators, in their order. */
  readonly addresses: readonly pulumi.Output<Address>[];
}

/**
 * The nodes of a network's validators, which are asked through the APIs of their clusters while the program runs.
 *
 * An update of a cluster may have to ask before the kubeconfigs of all clusters are known, so a cluster is left out until its
 * kubeconfig is there.
 */
export class NetworkNodes {
  readonly #validators: Reached[] = [];
  readonly #settling: Promise<void>[] = [];
  #hasAnswered = false;

  /**
   * @param network the name of the network. @example "chain138"
   * @param size the number of validators of the whole network.
   */
  constructor(
    readonly network: string,
    readonly size: number,
  ) {}

  /** Adds a region that the network has. @returns resolves when it is clear whether its cluster and its validators are known. */
  add({ name, cluster, addresses }: ReachedRegion): Promise<void> {
    let connections: NodeConnections | undefined;
    const settling = onceKnown(cluster.kubeconfig, (kubeconfig) => {
      const namespace = fullName(this.network, name);
      connections = new NodeConnections({ kubeconfig, context: cluster.context, namespace });
    });
    const known = addresses.map((output, index) =>
      this.#addValidator(name, index, { output, place: () => connections }),
    );
    const settled = Promise.all([settling, ...known]).then(() => undefined);
    this.#settling.push(settled);
    return settled;
  }

  /**
   * Adds a region that cannot be asked: its validators count as down.
   *
   * @param problem completes a sentence that begins with a validator's name.
   */
  addUnreached(name: string, addresses: readonly Address[], problem: string): void {
    for (const [index, address] of addresses.entries()) {
      this.#validators.push({
        name: validatorName(name, index),
        pod: validatorPod(index),
        place: () => ({ problem }),
        address,
      });
    }
  }

  #addValidator(
    region: string,
    index: number,
    { output, place }: { readonly output: pulumi.Output<Address>; readonly place: Reached["place"] },
  ): Promise<void> {
    const validator: Reached = {
      name: validatorName(region, index),
      pod: validatorPod(index),
      place,
      address: undefined,
    };
    this.#validators.push(validator);
    return onceKnown(output, (address) => {
      validator.address = address;
    });
  }

  /**
   * Whether any node has answered in this run. If not, the chain cannot be asked: no node runs, all are stopped, or the run may
   * not forward ports to them.
   */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /**
   * Resolves when it is clear of each added region whether its cluster is known: in a preview, soon. In an update, a cluster may
   * itself be waiting for somebody who asks the nodes.
   */
  async settled(): Promise<void> {
    await Promise.all(this.#settling);
  }

  /** Asks all nodes at once. Undefined if none answers. */
  async view(): Promise<ChainView | undefined> {
    return chainView(await this.ask());
  }

  /** Asks all nodes at once. */
  ask(): Promise<AskedValidator[]> {
    return Promise.all(
      this.#validators.map(async (validator) => ({
        name: validator.name,
        address: validator.address,
        answer: await this.#answerOf(validator),
      })),
    );
  }

  /**
   * Asks the node of one validator.
   *
   * @param name of the validator, as `validatorName` has it.
   * @returns undefined if its cluster is not known.
   */
  async askOne(name: string): Promise<NodeObservation | NoAnswer | undefined> {
    const validator = this.#validators.find((candidate) => candidate.name === name);
    return validator === undefined ? undefined : this.#answerOf(validator);
  }

  async #answerOf({ pod, place }: Reached): Promise<AskedValidator["answer"]> {
    const known = place();
    if (known === undefined || "problem" in known) {
      return known;
    }
    let client: NodeClient | undefined;
    try {
      client = await known.connect(pod);
      // The chain may have other validators than the config, but hardly twice as many.
      const observation = await observeNode(client, 2 * signingWindow(this.size));
      this.#hasAnswered = true;
      return observation;
    } catch (error) {
      const end = client === undefined ? undefined : await containerEnd(client.place);
      return end === undefined
        ? { problem: `does not answer: ${(error as Error).message}` }
        : { problem: end, hasEnded: end !== NO_POD };
    } finally {
      // An open connection would keep the program from ending.
      client?.close();
    }
  }
}

interface Reached {
  readonly name: string;
  readonly pod: string;
  /** Undefined until the cluster is known, and the reason if it cannot be. */
  readonly place: () => NodeConnections | NoAnswer | undefined;
  address: Address | undefined;
}

/** Outputs of resources that failed or are left out never get a value. */
function onceKnown<Value>(output: pulumi.Output<Value>, use: (value: Value) => void): Promise<void> {
  return valueIfKnown(output).then(
    ([value]) => {
      if (value !== undefined) {
        use(value);
      }
    },
    () => undefined,
  );
}
