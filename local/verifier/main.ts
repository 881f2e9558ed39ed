import { constants, setPriority } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { blockscout } from "./blockscout";
import { Chain } from "./chain";
import { Compiler } from "./compiler";
import { etherscan } from "./etherscan";
import { Jobs } from "./jobs";
import { explorersServer } from "./server";
import { sourcify } from "./sourcify";

/**
 * A local service with the APIs of three contract explorers: `/etherscan`, `/blockscout` and `/sourcify`.
 *
 *     main.ts --state DIR --chain ID=URL… [--port-http N] [--rate PER_SECOND] [--seconds N]
 *
 * Prints `{"http":PORT}` once the server listens, and runs until SIGTERM. Verified contracts survive kill -9.
 */
async function main(): Promise<void> {
  // Real explorers compile on other machines; the low priority keeps compilation from slowing the deployment.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      chain: { type: "string", multiple: true, default: [] },
      "port-http": { type: "string", default: "0" },
      rate: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
    },
  });
  if (values.state === undefined) {
    throw new Error("--state DIR is required");
  }
  const rate = number("rate", values.rate);
  const context = {
    chains: new Map(values.chain.map(parseChain).map((chain) => [chain.chainId, chain])),
    jobs: new Jobs(resolve(values.state), number("seconds", values.seconds)),
    compiler: new Compiler(),
    rate,
  };
  const explorers = {
    etherscan: etherscan(context),
    blockscout: blockscout(context),
    sourcify: sourcify(context),
  };
  const server = explorersServer(explorers, rate).on("error", fail);
  server.listen(number("port-http", values["port-http"]), "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    process.stdout.write(`${JSON.stringify({ http: port })}\n`);
  });
  process.once("SIGTERM", () => process.exit(0));
}

function parseChain(text: string): Chain {
  const [, id, url] = /^(\d+)=(https?:.+)$/.exec(text) ?? [];
  if (id === undefined || url === undefined) {
    throw new Error(`--chain is ${JSON.stringify(text)}; the option has the form 138=http://127.0.0.1:8545`);
  }
  return new Chain(Number(id), url);
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) {
    throw new Error(`--${option} is ${JSON.stringify(text)}; it must be a number of 0 or more`);
  }
  return value;
}

function fail(error: unknown): never {
  console.error(`the verifier failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
