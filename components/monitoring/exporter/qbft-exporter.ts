import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";

/*
 * What Besu's own metrics do not say: who signs, how far the chain is from losing its quorum, and in how many rounds blocks are
 * made. Besu has no metric of its consensus (no class below consensus/ in https://github.com/hyperledger/besu, 3fd224e, uses its
 * metrics system), but its JSON-RPC answers for it.
 *
 * The file is mounted into a container of the official Node image, which removes the types when it loads the file
 * (https://nodejs.org/api/typescript.html#type-stripping). It therefore imports nothing but Node's own modules, and uses no
 * TypeScript that has to be translated.
 */

/** What the exporter is told, in JSON. */
export interface ExporterSettings {
  /** The nodes to ask, each with the URL of its JSON-RPC. The one with the highest block answers for the chain. */
  readonly nodes: readonly { readonly name: string; readonly url: string }[];
  /** The names of the region's validators by their address in lower case. */
  readonly validators: Readonly<Record<string, string>>;
}

/** Asks one node: a batch of calls. @returns the results, in the order of the calls. @throws if one has none. */
export type Ask = (url: string, calls: readonly RpcCall[]) => Promise<readonly unknown[]>;

/** A method with its parameters. */
export type RpcCall = readonly [method: string, ...parameters: unknown[]];

/** The part of a block that the exporter reads. Numbers are quantities in hex. */
interface Block {
  readonly number: string;
  readonly extraData: string;
}

/** A node's answer. */
interface Answer {
  readonly url: string;
  readonly head: Block;
  readonly validators: readonly string[];
}

/**
 * The most blocks whose rounds are read for one scrape. After a longer pause the blocks in between are left out. Besu takes 1024
 * calls in a batch (`--rpc-http-max-batch-size`).
 */
const MOST_BLOCKS = 256;

/** Observes the chain at each scrape. */
export class QbftExporter {
  readonly #settings: ExporterSettings;
  readonly #ask: Ask;
  /** The last block whose round was read. */
  #read: number | undefined;
  #blocks = 0;
  #roundChanges = 0;

  constructor(settings: ExporterSettings, ask: Ask) {
    this.#settings = settings;
    this.#ask = ask;
  }

  /** The metrics in Prometheus' text format. What no node answers is left out. */
  async metrics(): Promise<string> {
    const { nodes } = this.#settings;
    const answers = await Promise.all(nodes.map(({ url }) => this.#observe(url).catch(() => undefined)));
    const text = [
      metric("qbft_node_answers", "gauge", "Whether the node answers JSON-RPC", [
        ...nodes.map(({ name }, index) => sample({ node: name }, answers[index] === undefined ? 0 : 1)),
      ]),
    ];
    const best = answers.reduce<Answer | undefined>(
      (highest, answer) =>
        answer !== undefined && (highest === undefined || heightOf(answer) > heightOf(highest))
          ? answer
          : highest,
      undefined,
    );
    if (best !== undefined) {
      // A node that stops answering in between costs the rest of this scrape.
      text.push(...(await this.#chainMetrics(best).catch(() => [])));
    }
    return text.join("");
  }

  async #observe(url: string): Promise<Answer> {
    const [head, validators] = await this.#ask(url, [
      ["eth_getBlockByNumber", "latest", false],
      ["qbft_getValidatorsByBlockNumber", "latest"],
    ]);
    return { url, head: head as Block, validators: validators as readonly string[] };
  }

  async #chainMetrics({ url, head, validators }: Answer): Promise<string[]> {
    const height = Number(head.number);
    const total = validators.length;
    await this.#readRounds(url, height);
    return [
      metric("qbft_head_block_number", "gauge", "The highest block of the nodes that answer", [
        sample({}, height),
      ]),
      metric("qbft_validators", "gauge", "The number of validators of the chain", [sample({}, total)]),
      metric(
        "qbft_quorum",
        "gauge",
        "The number of validators that must sign a block: two thirds, rounded up",
        [sample({}, Math.ceil((2 * total) / 3))],
      ),
      metric("qbft_blocks_total", "counter", "Blocks whose rounds were counted", [sample({}, this.#blocks)]),
      metric("qbft_round_changes_total", "counter", "Rounds that ended without a block", [
        sample({}, this.#roundChanges),
      ]),
      ...(await this.#signing(url, height, validators)),
    ];
  }

  /** Who has proposed a block within the last 2N. A younger chain, on which not everybody had a turn yet, does not tell. */
  async #signing(url: string, height: number, validators: readonly string[]): Promise<string[]> {
    const window = 2 * validators.length;
    if (height <= window) {
      return [];
    }
    // The last block of the range is not part of it (AbstractGetSignerMetricsMethod.java).
    const [signers] = await this.#ask(url, [
      ["qbft_getSignerMetrics", quantity(height - window), quantity(height)],
    ]);
    const proposed = new Set(
      (signers as readonly { readonly address: string; readonly proposedBlockCount: string }[])
        .filter(({ proposedBlockCount }) => Number(proposedBlockCount) > 0)
        .map(({ address }) => address.toLowerCase()),
    );
    const members = validators.map((address) => address.toLowerCase());
    return [
      metric(
        "qbft_validators_signing",
        "gauge",
        "The validators that have proposed a block within the last 2N",
        [sample({}, members.filter((address) => proposed.has(address)).length)],
      ),
      metric(
        "qbft_validator_signing",
        "gauge",
        "Whether a validator has proposed a block within the last 2N",
        [
          ...members.flatMap((address) => {
            const name = this.#settings.validators[address];
            return name === undefined
              ? []
              : [sample({ validator: name, address }, proposed.has(address) ? 1 : 0)];
          }),
        ],
      ),
    ];
  }

  /** Counts the rounds of the blocks since the last scrape. The first scrape only remembers where the chain is. */
  async #readRounds(url: string, height: number): Promise<void> {
    const first = Math.max((this.#read ?? height) + 1, height - MOST_BLOCKS + 1);
    const calls = Array.from(
      { length: Math.max(0, height - first + 1) },
      (_, index): RpcCall => ["eth_getBlockByNumber", quantity(first + index), false],
    );
    // Before the answer: two scrapes at the same time must not count a block twice.
    this.#read = Math.max(height, this.#read ?? 0);
    const blocks = calls.length === 0 ? [] : ((await this.#ask(url, calls)) as readonly Block[]);
    this.#blocks += blocks.length;
    this.#roundChanges += blocks.reduce((sum, { extraData }) => sum + roundOf(extraData), 0);
  }
}

/**
 * The round in which a block was made: the fourth item of its extra data, RLP([vanity, validators, vote, round, seals]).
 * Source: QbftExtraDataCodec.java in https://github.com/hyperledger/besu (3fd224e).
 *
 * @param extraData in hex, with the prefix 0x.
 */
export function roundOf(extraData: string): number {
  const bytes = Buffer.from(extraData.slice(2), "hex");
  let item = itemAt(bytes, itemAt(bytes, 0).start);
  for (let skipped = 0; skipped < 3; skipped += 1) {
    item = itemAt(bytes, item.end);
  }
  return Number(`0x0${bytes.subarray(item.start, item.end).toString("hex")}`);
}

/** Where the content of an RLP item begins and ends: https://ethereum.org/developers/docs/data-structures-and-encoding/rlp */
function itemAt(bytes: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const prefix = bytes.readUInt8(offset);
  if (prefix < 0x80) {
    return { start: offset, end: offset + 1 };
  }
  const short = prefix < 0xc0 ? prefix - 0x80 : prefix - 0xc0;
  if (short <= 55) {
    return { start: offset + 1, end: offset + 1 + short };
  }
  const lengthBytes = short - 55;
  const start = offset + 1 + lengthBytes;
  return { start, end: start + bytes.readUIntBE(offset + 1, lengthBytes) };
}

function heightOf({ head }: Answer): number {
  return Number(head.number);
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}

/** The lines of a metric. A metric without samples is left out. */
function metric(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly ((name: string) => string)[],
): string {
  return samples.length === 0
    ? ""
    : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((line) => line(name)).join("")}`;
}

/** The values of labels are names and addresses, in which nothing has to be escaped. */
function sample(labels: Readonly<Record<string, string>>, value: number): (name: string) => string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return (name) => `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

/** How long a node may take to answer. Prometheus waits for ten seconds. */
const ANSWER_MILLISECONDS = 3000;

/** Asks a node over HTTP. */
export const askOverHttp: Ask = async (url, calls) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(calls.map(([method, ...params], id) => ({ jsonrpc: "2.0", id, method, params }))),
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
  });
  const answers = (await response.json()) as readonly { readonly id: number; readonly result?: unknown }[];
  return calls.map(([method], id) => {
    const { result } = answers.find((answer) => answer.id === id) ?? {};
    if (result === undefined || result === null) {
      throw new Error(`${url} has no result for ${method}`);
    }
    return result;
  });
};

/**
 * Serves the metrics at /metrics.
 *
 * @param file with the settings.
 * @param port 0: a free one.
 */
export function serve(file: string, port: number): Server {
  const exporter = new QbftExporter(JSON.parse(readFileSync(file, "utf8")) as ExporterSettings, askOverHttp);
  // The first process of a container ends only at signals that it handles.
  process.once("SIGTERM", () => process.exit(0));
  return createServer((request, response) => {
    if (request.url === "/healthy") {
      response.end("ok\n");
    } else if (request.url === "/metrics") {
      exporter.metrics().then(
        (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text),
        (error: Error) => response.writeHead(500).end(`${error.message}\n`),
      );
    } else {
      response.writeHead(404).end();
    }
  }).listen(port);
}
