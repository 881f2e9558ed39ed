import { type Hex, keccak256, parseTransaction, recoverTransactionAddress, size } from "viem";
import { BESU, type NodeError } from "../contracts/node-dialects";

/**
 * What Besu does with transactions and estimates, in front of a node that follows other rules. The sources are those of
 * https://github.com/besu-eth/besu/tree/683880baa609111e6fee47ef1122dce7a76a154b.
 */
export class BesuRules {
  /** @param ask calls the node behind. @throws with the node's error */
  constructor(readonly ask: (method: string, params?: readonly unknown[]) => Promise<unknown>) {}

  /**
   * Why Besu would not take a transaction; undefined if Besu would. A transaction that the new one replaces is dropped
   * from the node's mempool. The order is that of TransactionPool.validateTransaction.
   */
  async refusal(raw: Hex): Promise<NodeError | undefined> {
    const transaction = parseTransaction(raw);
    const { to, data = "0x", gas = 0n, nonce = 0, value = 0n } = transaction;
    const price = transaction.maxFeePerGas ?? transaction.gasPrice ?? 0n;
    const sender = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` });
    const pending = await this.#pending(sender);
    if (pending.some(({ hash }) => hash === keccak256(raw))) {
      return BESU.known;
    }
    // MainnetTransactionValidator answers INITCODE_TOO_LARGE, for which JsonRpcErrorConverter has no error of its own.
    if (!to && size(data) > MAX_INIT_CODE_BYTES) {
      return INTERNAL_ERROR;
    }
    if (gas > (await this.#blockGasLimit())) {
      return BESU.aboveBlockGasLimit;
    }
    const balance = BigInt((await this.ask("eth_getBalance", [sender, "latest"])) as Hex);
    if (gas * price + value > balance) {
      return { code: -32004, message: "Upfront cost exceeds account balance" };
    }
    if (nonce < Number(await this.ask("eth_getTransactionCount", [sender, "latest"]))) {
      return BESU.nonceUsed;
    }
    const rival = pending.find((one) => Number(one.nonce) === nonce);
    if (rival !== undefined) {
      const old = BigInt(rival.maxFeePerGas ?? rival.gasPrice ?? "0x0");
      if (!BESU.replaces({ max: old, tip: 0n }, { max: price, tip: 0n })) {
        return BESU.underpriced;
      }
      await this.ask("anvil_dropTransaction", [rival.hash]);
    }
    return undefined;
  }

  /**
   * How Besu words the failure of an estimate or a call. AbstractEstimateGas answers "Internal error" for an execution that
   * ends without a revert, as when the gas runs out, and adds the reason to an invalid transaction's error.
   */
  executionError(
    call: { readonly to?: Hex; readonly data?: Hex },
    { code, message, data }: ExecutionError,
  ): ExecutionError {
    const bytes = size(call.data ?? "0x");
    if (call.to === undefined && bytes > MAX_INIT_CODE_BYTES) {
      const reason = `Initcode size of ${bytes} exceeds maximum size of ${MAX_INIT_CODE_BYTES}`;
      return { ...INTERNAL_ERROR, message: `${INTERNAL_ERROR.message} (${reason})` };
    }
    const isRevert = code === 3;
    return isRevert
      ? { code: 3, message: message.replace(/^execution reverted/, "Execution reverted"), data }
      : INTERNAL_ERROR;
  }

  async #pending(sender: Hex): Promise<PooledTransaction[]> {
    const content = (await this.ask("txpool_content")) as Record<
      "pending" | "queued",
      Record<string, Record<string, PooledTransaction>>
    >;
    return [content.pending, content.queued].flatMap((pool) =>
      Object.entries(pool).flatMap(([account, byNonce]) =>
        account.toLowerCase() === sender.toLowerCase() ? Object.values(byNonce) : [],
      ),
    );
  }

  async #blockGasLimit(): Promise<bigint> {
    const { gasLimit } = (await this.ask("eth_getBlockByNumber", ["latest", false])) as { gasLimit: Hex };
    return BigInt(gasLimit);
  }
}

/** A node's error about an execution, with the data of a revert. */
export interface ExecutionError extends NodeError {
  readonly data?: unknown;
}

interface PooledTransaction {
  readonly hash: Hex;
  readonly nonce: Hex;
  readonly gasPrice?: Hex;
  readonly maxFeePerGas?: Hex;
}

const INTERNAL_ERROR: NodeError = { code: -32603, message: "Internal error" };

/** EIP-3860; EvmSpecVersion.SHANGHAI. */
const MAX_INIT_CODE_BYTES = 49_152;
