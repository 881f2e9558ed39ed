import fc from "fast-check";
import { type Hex, numberToHex, pad, toRlp } from "viem";
import { describe, expect, it } from "vitest";
import { type Ask, QbftExporter, type RpcCall, roundOf } from "./qbft-exporter";

const addressOf = (index: number) => pad(numberToHex(index + 1), { size: 20 });

function extraData(validators: number, round: number): Hex {
  const seals = Array.from({ length: validators }, (_, index) => pad(numberToHex(index + 1), { size: 65 }));
  return toRlp([
    pad("0x", { size: 32 }),
    Array.from({ length: validators }, (_, index) => addressOf(index)),
    [],
    round === 0 ? "0x" : pad(numberToHex(round), { size: Math.ceil(round.toString(16).length / 2) }),
    seals,
  ]);
}

/** A chain of four validators: the blocks of one of them are missing. */
class Chain {
  height = 20;
  readonly silent = 2;
  readonly asked: RpcCall[] = [];

  readonly ask: Ask = async (url, calls) => {
    if (url === "down") {
      throw new Error("connection refused");
    }
    this.asked.push(...calls);
    return calls.map(([method, first]) => this.#answer(method, first, url === "behind" ? 5 : 0));
  };

  #answer(method: string, first: unknown, behind: number): unknown {
    switch (method) {
      case "eth_getBlockByNumber": {
        const number = first === "latest" ? this.height - behind : Number(first);
        return { number: numberToHex(number), extraData: extraData(4, number % 4 === this.silent ? 1 : 0) };
      }
      case "qbft_getValidatorsByBlockNumber":
        return [0, 1, 2, 3].map(addressOf);
      case "qbft_getSignerMetrics":
        return [0, 1, 2, 3].map((index) => ({
          address: addressOf(index).toUpperCase().replace("0X", "0x"),
          proposedBlockCount: index === this.silent ? "0x0" : "0x2",
        }));
      default:
        throw new Error(method);
    }
  }
}

function exporterOf(chain: Chain, ...urls: string[]): QbftExporter {
  const validators = { [addressOf(1)]: "eastus-validator-0", [addressOf(2)]: "eastus-validator-1" };
  return new QbftExporter({ nodes: urls.map((url) => ({ name: url, url })), validators }, chain.ask);
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("the exporter", () => {
  it("reads the round of a block of any size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 70_000 }),
        (validators, round) => {
          expect(roundOf(extraData(validators, round))).toBe(round);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("tells who signs, of all validators how many, and of its own region by name", async () => {
    const chain = new Chain();
    const text = await exporterOf(chain, "validator-0").metrics();
    expect(lines(text)).toEqual([
      'qbft_node_answers{node="validator-0"} 1',
      "qbft_head_block_number 20",
      "qbft_validators 4",
      "qbft_quorum 3",
      "qbft_blocks_total 0",
      "qbft_round_changes_total 0",
      "qbft_validators_signing 3",
      `qbft_validator_signing{validator="eastus-validator-0",address="${addressOf(1)}"} 1`,
      `qbft_validator_signing{validator="eastus-validator-1",address="${addressOf(2)}"} 0`,
    ]);
    expect(chain.asked).toContainEqual(["qbft_getSignerMetrics", "0xc", "0x14"]);
  });

  it("counts the rounds of each block once, also if it is scraped twice at a time", async () => {
    const chain = new Chain();
    const exporter = exporterOf(chain, "validator-0");
    await exporter.metrics();
    chain.height = 40;
    await Promise.all([exporter.metrics(), exporter.metrics()]);
    expect(lines(await exporter.metrics())).toEqual(
      expect.arrayContaining(["qbft_blocks_total 20", "qbft_round_changes_total 5"]),
    );
  });

  it("leaves out what it has missed, and asks for no more blocks than a node takes in a batch", async () => {
    const chain = new Chain();
    const exporter = exporterOf(chain, "validator-0");
    await exporter.metrics();
    chain.height = 100_000;
    expect(lines(await exporter.metrics())).toContain("qbft_blocks_total 256");
  });

  it("takes the answer of the node with the highest block, and leaves out nodes that do not answer", async () => {
    const chain = new Chain();
    const text = await exporterOf(chain, "behind", "down", "validator-0").metrics();
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'qbft_node_answers{node="behind"} 1',
        'qbft_node_answers{node="down"} 0',
        "qbft_head_block_number 20",
      ]),
    );
    expect(lines(await exporterOf(chain, "down").metrics())).toEqual(['qbft_node_answers{node="down"} 0']);
  });

  it("does not tell who signs before everybody had two turns", async () => {
    const chain = new Chain();
    chain.height = 8;
    expect(await exporterOf(chain, "validator-0").metrics()).not.toContain("signing");
  });
});
