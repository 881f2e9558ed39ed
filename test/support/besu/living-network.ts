import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { NetworkStatus } from "../../../components/besu/health/network-status";
import type { Checkout, RunResult } from "../checkout";
import { DYNAMIC_PROVIDERS } from "../victims";

/** A node as the local target's service of nodes lists it. */
export interface ListedNode {
  readonly id: string;
  /** How many votes the node was asked for and has not been told to forget. */
  readonly proposals?: number;
}

/** A region that has no cloud: validators in the cluster of the local target, one for each address. */
export function regionOnPremises(...p2pAddresses: readonly string[]) {
  return {
    cloud: "kubernetes",
    name: "onprem",
    kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
    p2pAddresses,
    validators: p2pAddresses.length,
    rpcNodes: 0,
  };
}

/** The dev stack of a checkout as a network whose validators change. */
export class LivingNetwork {
  constructor(readonly checkout: Checkout) {}

  async upSuccessfully(): Promise<RunResult> {
    const run = await this.checkout.up();
    expect(run.code, run.output).toBe(0);
    return run;
  }

  async expectNoChange(): Promise<void> {
    const { summary } = await this.upSuccessfully();
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  }

  /** Asserts that the chain has the validators of the config, that each of them runs and signs, and that no vote is left. */
  async expectConfigured(validators: number): Promise<void> {
    const { chain, regions } = await this.checkout.outputs();
    const configured = (regions as readonly { readonly validators: readonly string[] }[]).flatMap(
      (region) => region.validators,
    );
    expect(configured).toHaveLength(validators);
    expect(chain.validators).toEqual(configured.sort());
    expect(chain.lostValidators).toEqual([]);
    expect(await this.proposals()).toBe(0);
    await expect
      .poll(async () => (await this.status()).chain, { timeout: 120_000, interval: 1_000 })
      .toMatchObject({ validators, signing: validators });
  }

  async status(): Promise<NetworkStatus> {
    const { stdout } = await this.checkout.chainfleet("services", "status", "all", "--stack", "dev", "--json")
      .finished;
    return JSON.parse(stdout) as NetworkStatus;
  }

  /** Asks the nodes what they do. @returns a function, because reading the environment takes a second. */
  nodes(): () => Promise<readonly ListedNode[]> {
    const control = this.checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"];
    const ask = async () => (await (await fetch(`${control}/nodes`)).json()) as readonly ListedNode[];
    // On a busy machine a connection may be reset.
    return () => ask().catch(() => delay(50).then(ask));
  }

  /** The requests to vote that the nodes have not been told to forget. */
  async proposals(): Promise<number> {
    return votesIn(await this.nodes()());
  }

  /** Runs `up` and kills the plugin of dynamic providers and the engines as soon as a node was asked to vote. */
  async upKilledAtTheVote(): Promise<void> {
    const nodes = this.nodes();
    const run = this.checkout.chainfleet("up", "--stack", "dev", "--json");
    let hasEnded = false;
    const end = run.finished.finally(() => {
      hasEnded = true;
    });
    let wasAsked = false;
    while (!hasEnded && !wasAsked) {
      wasAsked = votesIn(await nodes()) > 0;
      await delay(20);
    }
    expect(wasAsked).toBe(true);
    for (const { pid } of this.checkout
      .processes()
      .filter(({ command }) => ENGINE.test(command) || DYNAMIC_PROVIDERS.test(command))) {
      process.kill(pid, "SIGKILL");
    }
    await end;
  }
}

const ENGINE = /^pulumi up /;

function votesIn(nodes: readonly ListedNode[]): number {
  return nodes.reduce((sum, { proposals = 0 }) => sum + proposals, 0);
}
