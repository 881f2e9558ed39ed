import { z } from "zod";
import { checksumProblem } from "../../components/contracts/definitions/checksum";

/** The part of the config's schema under `chainfleet:contracts`. */

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: "must be an address: 0x and 40 hex digits", abort: true })
  .refine((text) => checksumProblem(text) === undefined, {
    error: ({ input }) => checksumProblem(String(input)),
  });
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "must be a hash: 0x and 64 hex digits");
const variable = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable");
const identifier = z
  .string()
  .regex(/^[A-Za-z_][\w-]*$/, "must be letters, digits, _ and -, beginning with a letter");
const url = z
  .string()
  .regex(/^(https?:\/\/|\$\{[A-Za-z_]\w*\})/, "must begin with http://, https:// or a $" + "{VARIABLE}");
const values = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())], {
  error: "must be arguments by name, or a list of them in order",
});
const positive = z.int("must be a whole number").min(1, "must be at least 1");

const sender = z.strictObject({
  address: address.describe("Whose transactions they are. Checked against the key; a preview needs no key."),
  keyVariable: variable
    .optional()
    .describe("The environment variable (or line of `.env`) that has the private key."),
  keystore: z
    .string()
    .optional()
    .describe("Path of an encrypted keystore file (version 3), from the project's folder or from the root."),
  passwordVariable: variable
    .optional()
    .describe("The environment variable that has the keystore's password."),
  keySecret: identifier
    .optional()
    .describe(
      "Name of a key among `chainfleet:keys`: `pulumi config set --secret --path chainfleet:keys.<name>`.",
    ),
});

const contract = z.strictObject({
  contract: identifier
    .optional()
    .describe("The contract's name in contracts/src, its file's name too. Default: the name here."),
  args: values
    .default({})
    .describe(
      "The constructor's arguments, by name or as a list. A name is the parameter's in Solidity, with the underscores before and behind it or without: `owner_` or `owner`. `{ contract: WETH9 }` stands for that contract's address, `{ contract: Bridge, chain: mainnet }` for one on another chain, `{ account: sender }` for the sender's, `{ keccak256: TEXT }` for a text's hash. Whole numbers above 2^53 as text.",
    ),
  create: z
    .enum(["create2", "create"])
    .default("create2")
    .describe(
      "create2: through the deterministic deployer, the address known before. create: by a plain transaction, the address known afterwards.",
    ),
  salt: z.string().optional().describe("Another salt than the one of all contracts."),
  at: address.optional().describe("The contract is there already, at this address: its code is checked."),
  codeHash: hash
    .optional()
    .describe(
      "keccak256 of the code at `at`. Without it the code there must be that of the contract of this name in contracts/src.",
    ),
});

const done = z.strictObject({
  function: z.string().describe("A view of the same contract, by name or signature."),
  args: values.default({}).describe("Its arguments."),
  returns: z
    .unknown()
    .optional()
    .describe(
      "What it returns when the call was made: a value, or several by name or as a list. Without it: anything, as long as it does not revert.",
    ),
});

const call = z.strictObject({
  contract: identifier.describe("Name of the contract that is called, on the same chain."),
  function: z.string().describe("The function, by name or signature."),
  args: values.default({}).describe("Its arguments, as those of a constructor."),
  through: identifier
    .optional()
    .describe("Name of a Safe that makes the call; the sender must be an owner and the threshold 1."),
  after: z.array(identifier).default([]).describe("Calls of the same chain that must have been made before."),
  done: done.describe("How it is known to have been made already; asked before anything is sent."),
});

const explorer = z.strictObject({
  kind: z.enum(["etherscan", "blockscout", "sourcify"]).describe("Whose API it speaks."),
  url: url
    .optional()
    .describe(
      "The API's URL; may name environment variables, $" +
        "{NAME}. Default: that of Etherscan (version 2) or Sourcify; Blockscout has none.",
    ),
  apiKey: z
    .string()
    .regex(
      /^\$\{[A-Za-z_]\w*\}$/,
      "must name an environment variable: $" + "{NAME}; keys are not written into config",
    )
    .optional()
    .describe("Etherscan's API key, as an environment variable: $" + "{NAME}."),
  ratePerSecond: positive.max(1000).default(5).describe("Most requests a second, over all chains."),
});

/** As JavaScript writes smaller numbers nobody reads gwei. */
const LEAST_GWEI = 0.000001;

const chain = z.strictObject({
  chainId: positive.describe("EIP-155 chain id."),
  rpcUrl: url
    .optional()
    .describe(
      "The RPC endpoint; may name environment variables, $" +
        "{NAME}, whose values are in no state. Default in the stack `full`: the RPC nodes of this graph's network, if the chain ids are the same.",
    ),
  rpcStack: z
    .string()
    .optional()
    .describe("A network stack, `organization/project/stack`, whose RPC nodes are the endpoint."),
  rpcRegion: z
    .string()
    .optional()
    .describe(
      "The region whose RPC nodes they are, here or in `rpcStack`. Default: the first that has some.",
    ),
  sender: sender.describe("Who deploys."),
  confirmations: positive
    .default(1)
    .describe("Blocks that must hold a transaction. One is final under QBFT."),
  maxPending: positive
    .default(16)
    .describe("Most transactions of the sender in the pool at once. Less if the node takes fewer."),
  feeCeilingGwei: z
    .number()
    .min(LEAST_GWEI, `must be at least ${LEAST_GWEI}`)
    .max(1e9, "must be at most 1000000000: an ether for a unit of gas")
    .default(500)
    .describe("Most that is ever offered for a unit of gas, in gwei."),
  contracts: z.record(identifier, contract).default({}).describe("The contracts, by name."),
  calls: z
    .record(identifier, call)
    .default({})
    .describe("Transactions to the contracts once they are there, by name."),
  explorers: z.array(explorer).default([]).describe("Where the sources are verified, all at the same time."),
});

/** Contracts on one or several chains. */
export const contractsSchema = z.strictObject({
  salt: z.string().default("chainfleet").describe("Of all CREATE2 addresses: another salt, other addresses."),
  chains: z
    .record(identifier, chain)
    .refine((chains) => Object.keys(chains).length > 0, "must name at least one chain")
    .describe("The chains, by name."),
});

export type ContractsConfig = z.infer<typeof contractsSchema>;
export type ContractsChainConfig = z.infer<typeof chain>;

/** The config key of a chain, for findings. @example "contracts.chains.chain138" */
export function chainConfigKey(name: string): string {
  return `contracts.chains.${name}`;
}
