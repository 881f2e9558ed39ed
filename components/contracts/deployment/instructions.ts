import { type Hex, hexToBytes, type PublicClient } from "viem";
import { memoizeSuccess } from "../../memoize-success";
import type { Artifact } from "../build/artifact";
import { isOutage } from "../rpc/refusal";

/** An instruction that a fork added to the EVM. */
export interface Instruction {
  readonly name: string;
  readonly opcode: number;
  /** The fork, as solc names it in `evmVersion`. */
  readonly fork: (typeof FORKS)[number];
  readonly eip: number;
  /** Code that ends without an error where the chain has the instruction. */
  readonly probe: Hex;
}

/** solc's EVM versions from the one on that the first of the instructions came with, oldest first. */
const FORKS = ["london", "paris", "shanghai", "cancun", "prague", "osaka"] as const;

/** The instructions that solc uses depending on `evmVersion`: libevmasm/Instruction.cpp and EVMVersion.cpp. */
export const INSTRUCTIONS: readonly Instruction[] = [
  { name: "BASEFEE", opcode: 0x48, fork: "london", eip: 3198, probe: "0x4800" },
  { name: "PUSH0", opcode: 0x5f, fork: "shanghai", eip: 3855, probe: "0x5f00" },
  { name: "BLOBHASH", opcode: 0x49, fork: "cancun", eip: 4844, probe: "0x60004900" },
  { name: "BLOBBASEFEE", opcode: 0x4a, fork: "cancun", eip: 7516, probe: "0x4a00" },
  { name: "TLOAD", opcode: 0x5c, fork: "cancun", eip: 1153, probe: "0x60005c00" },
  { name: "TSTORE", opcode: 0x5d, fork: "cancun", eip: 1153, probe: "0x600060005d00" },
  { name: "MCOPY", opcode: 0x5e, fork: "cancun", eip: 5656, probe: "0x6000600060005e00" },
  { name: "CLZ", opcode: 0x1e, fork: "osaka", eip: 7939, probe: "0x60001e00" },
];

/** What is known of a contract's code without executing it. */
export type CompiledCode = Pick<Artifact, "creationCode" | "metadata">;

/** The instructions of a contract's code that not every chain has. */
export function instructionsIn({ creationCode, metadata }: CompiledCode): Instruction[] {
  // A fork that solc had not heard of, or one before the first instruction, allows none of them.
  const version = FORKS.indexOf(metadata.settings["evmVersion"] as (typeof FORKS)[number]);
  const allowed = INSTRUCTIONS.filter(({ fork }) => FORKS.indexOf(fork) <= version);
  const opcodes = opcodesIn(hexToBytes(withoutHashes(creationCode)));
  return allowed.filter(({ opcode }) => opcodes.has(opcode));
}

/**
 * The instructions that the chain behind a client does not have. Asked once for each endpoint, with calls that travel with
 * the other questions of that moment.
 */
export function instructionsLackedBy(client: PublicClient): Promise<ReadonlySet<string>> {
  const { url } = client.transport as { url?: string };
  if (url === undefined) {
    return probe(client);
  }
  clients.set(url, client);
  return lackedAt(url);
}

/** One client for each endpoint that was asked about. */
const clients = new Map<string, PublicClient>();
const lackedAt = memoizeSuccess((url: string) => probe(clients.get(url) as PublicClient));

async function probe(client: PublicClient): Promise<ReadonlySet<string>> {
  const [executesCode, ...has] = await Promise.all(
    [EMPTY_CODE, ...INSTRUCTIONS.map((instruction) => instruction.probe)].map((data) =>
      succeeds(client, data),
    ),
  );
  // A node that executes no code without an address tells nothing about instructions.
  return new Set(
    executesCode ? INSTRUCTIONS.filter((_, index) => has[index] === false).map(({ name }) => name) : [],
  );
}

/** STOP. */
const EMPTY_CODE: Hex = "0x00";

async function succeeds(client: PublicClient, data: Hex): Promise<boolean> {
  try {
    await client.call({ data });
    return true;
  } catch (error) {
    if (isOutage(error)) {
      throw error;
    }
    return false;
  }
}

/** The bytes that follow a PUSH are a number, not instructions. */
function opcodesIn(code: Uint8Array): Set<number> {
  const opcodes = new Set<number>();
  for (let position = 0; position < code.length; position += 1) {
    const opcode = code[position] ?? 0;
    opcodes.add(opcode);
    if (opcode >= PUSH1 && opcode <= PUSH32) {
      position += opcode - PUSH1 + 1;
    }
  }
  return opcodes;
}

const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** Code without the hashes of sources that solc appends to it and to the code of contracts that it creates. */
function withoutHashes(code: Hex): Hex {
  return code.replaceAll(/a2646970667358221220[0-9a-f]{64}64736f6c6343[0-9a-f]{6}0033/g, "") as Hex;
}
