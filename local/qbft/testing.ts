import { type Address, type Hex, pad, toHex } from "viem";
import type { ChainRules } from "./chain";
import { Network } from "./network";
import type { NodeDescription } from "./node";

/** A network for tests, whose validators are all in the genesis block and dial each other. */
export class TestNetwork {
  readonly network: Network;
  /** Simulated milliseconds. */
  time = 1_000_000_000;

  constructor(
    readonly size: number,
    rules: Partial<ChainRules> = {},
  ) {
    this.network = new Network(
      {
        chainId: 138,
        genesisHash: pad("0x1", { size: 32 }),
        genesisValidators: Array.from({ length: size }, (_, index) => accountOf(index)),
        blockPeriodSeconds: 2,
        requestTimeoutSeconds: 4,
        epochLength: 30_000,
        gasLimit: 30_000_000,
        stateRoot: pad("0x2", { size: 32 }),
        ...rules,
      },
      { near: 1, far: [10, 150], seed: 1 },
    );
  }

  /** The node of a validator or, from `size` on, of one that is no validator. */
  describe(index: number, others = this.size + 4): NodeDescription {
    return {
      id: idOf(index),
      account: accountOf(index),
      host: `198.51.100.${index}`,
      place: `region-${index % 5}`,
      dials: Array.from({ length: others }, (_, other) => ({
        id: idOf(other),
        host: `198.51.100.${other}`,
      })),
      wire: { sends: 26, reads: [26] },
    };
  }

  start(...indices: readonly number[]): void {
    for (const index of indices) {
      this.network.start(this.describe(index), undefined, this.time);
    }
  }

  startAll(): this {
    this.start(...Array.from({ length: this.size }, (_, index) => index));
    return this;
  }

  pass(seconds: number): this {
    this.time += Math.round(seconds * 1000);
    this.network.advance(this.time);
    return this;
  }

  /** The height of a node. */
  height(index: number): number {
    return this.network.node(idOf(index)).heightAt(this.time);
  }
}

export function accountOf(index: number): Address {
  return pad(toHex(index + 1), { size: 20 }) as Address;
}

export function idOf(index: number): string {
  return (pad(toHex(index + 1), { size: 64 }) as Hex).slice(2);
}
