import type { EVM } from "@ethereumjs/evm";
import { type Address, bytesToHex, type Hex, hexToBytes } from "viem";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";

/** A creation through the deterministic deployer, in the order of the plan. */
export interface SimulatedCreation {
  readonly name: string;
  readonly address: Address;
  readonly initCode: Hex;
  readonly runtimeCode: Hex;
  /** In wei. */
  readonly value: bigint;
}

/**
 * The contracts that keep who creates them, which is the deterministic deployer and so nobody: an owner, a role or an
 * initializer's caller that is `msg.sender`. Each creation is executed twice, with two callers; a contract keeps its creator
 * if its storage or its code differ afterwards, while a caller that is only in events makes no difference. Creations see the
 * contracts before them. Where a creation cannot be executed without the chain, its constructor's code decides: whether it
 * reads `msg.sender`.
 */
export async function keepingTheirCreator(creations: readonly SimulatedCreation[]): Promise<string[]> {
  if (creations.length === 0) {
    return [];
  }
  const sandbox = await Sandbox.create();
  const names: string[] = [];
  for (const creation of creations) {
    const [byDeployer, byOther] = [
      await sandbox.tryOut(creation, DETERMINISTIC_DEPLOYER),
      await sandbox.tryOut(creation, OTHER_CREATOR),
    ];
    const keepsCreator =
      byDeployer === undefined || byOther === undefined
        ? readsCaller(constructorCode(creation))
        : byDeployer !== byOther;
    if (keepsCreator) {
      names.push(creation.name);
    }
    await sandbox.create(creation);
  }
  return names;
}

/** Any other account. */
const OTHER_CREATOR: Address = "0x00000000000000000000000000000000C0FFEE00";

/** The account whose transactions call the deterministic deployer. */
const ORIGIN: Address = "0x000000000000000000000000000000000000bEEF";

const GAS = 100_000_000n;

/** An EVM with no chain behind it. */
class Sandbox {
  #written: string[] = [];

  static async create(): Promise<Sandbox> {
    // The packages take a quarter of a second to load, and only such stacks need them.
    const { createEVM } = require("@ethereumjs/evm") as typeof import("@ethereumjs/evm");
    return new Sandbox(await createEVM());
  }

  private constructor(private readonly evm: EVM) {
    const { stateManager } = evm;
    const putStorage = stateManager.putStorage.bind(stateManager);
    stateManager.putStorage = (address, key, value) => {
      this.#written.push(`${address} ${bytesToHex(key)} ${bytesToHex(value)}`);
      return putStorage(address, key, value);
    };
  }

  /** What a creation writes and leaves, and nothing else is changed. Undefined if the creation fails. */
  async tryOut(creation: SimulatedCreation, caller: Address): Promise<string | undefined> {
    const { stateManager } = this.evm;
    await stateManager.checkpoint();
    this.#written = [];
    const code = await this.#run(creation, caller);
    await stateManager.revert();
    return code && JSON.stringify([code, this.#written]);
  }

  /** Creates the contract for those after it, if it can be created here. */
  async create(creation: SimulatedCreation): Promise<void> {
    const code = await this.#run(creation, DETERMINISTIC_DEPLOYER);
    if (code !== undefined) {
      await this.evm.stateManager.putCode(addressOf(creation.address), hexToBytes(code));
    }
  }

  async #run({ address, initCode, value }: SimulatedCreation, caller: Address): Promise<Hex | undefined> {
    const { createAccount } = ethereumUtil();
    await this.evm.stateManager.putAccount(addressOf(address), createAccount({ nonce: 1n, balance: value }));
    try {
      const { exceptionError, returnValue } = await this.evm.runCode({
        code: hexToBytes(initCode),
        to: addressOf(address),
        caller: addressOf(caller),
        origin: addressOf(ORIGIN),
        value,
        gasLimit: GAS,
      });
      return exceptionError === undefined ? bytesToHex(returnValue) : undefined;
    } catch {
      // The EVM throws where it lacks something of a chain, such as the hash of a block.
      return undefined;
    }
  }
}

function ethereumUtil() {
  return require("@ethereumjs/util") as typeof import("@ethereumjs/util");
}

function addressOf(address: Address) {
  return ethereumUtil().createAddressFromString(address);
}

const CALLER = 0x33;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** The part of the creation code that runs once: it comes before the runtime code. */
function constructorCode({ initCode, runtimeCode }: SimulatedCreation): Uint8Array {
  // The immutables follow the first bytes of the runtime code.
  const end = initCode.indexOf(runtimeCode.slice(2, 66));
  return hexToBytes(end > 0 && end % 2 === 0 ? (initCode.slice(0, end) as Hex) : initCode);
}

/** Whether EVM code has the instruction CALLER. The bytes that follow a PUSH are a number, not instructions. */
function readsCaller(code: Uint8Array): boolean {
  for (let position = 0; position < code.length; position += 1) {
    const instruction = code[position] ?? 0;
    if (instruction === CALLER) {
      return true;
    }
    if (instruction >= PUSH1 && instruction <= PUSH32) {
      position += instruction - PUSH1 + 1;
    }
  }
  return false;
}
