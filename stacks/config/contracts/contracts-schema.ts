import { z } from "zod";
import type { ExplorerSettings } from "../../../components/contracts/verification/explorer";
import { addressSchema } from "../fields/address";
import { type BrokenRule, rules, type Unchecked } from "../fields/rules";

/** The part of the config's schema under `chainfleet:contracts`. */

const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "must be a hash: 0x and 64 hex digits");
const variable = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable");
const identifier = z
  .string()
  .regex(/^[A-Za-z_][\w-]*$/, "must consist of letters, digits, _ and -, and begin with a letter or _");
const url = z
  .string()
  .regex(
    /^(https?:\/\/|\$\{[A-Za-z_]\w*\})/,
    "must begin with http://, https:// or an environment variable: $" + "{NAME}",
  );
const values = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())], {
  error: "must be arguments by name, or a list of arguments in order",
});
/** A salt is text or 32 bytes. Hex of another length would be hashed as text, which nobody who writes hex expects. */
const salt = z
  .string()
  .refine(
    (text) => !text.startsWith("0x") || /^0x[0-9a-fA-F]{64}$/.test(text),
    "begins with 0x; must be 0x and 64 hex digits, which are 32 bytes, or other text",
  )
  .transform((text) => (text.startsWith("0x") ? text.toLowerCase() : text));
/** 2^128 wei are more ether than any chain has. */
const wei = z.string().regex(/^\d{1,38}$/, "must be an amount of wei as decimal text");
const positive = z.int("must be a whole number").min(1, "must be at least 1");

const sender = z
  .strictObject({
    address: addressSchema.describe(
      "The account that sends the transactions. The private key must belong to this address. A preview needs no key.",
    ),
    keyVariable: variable
      .optional()
      .describe("The environment variable, or the line of `.env`, that contains the private key."),
    keystore: z
      .string()
      .optional()
      .describe(
        "The path of an encrypted keystore file (version 3): absolute, relative to the folder of the project, or from the home folder, `~/keys/deployer.json`.",
      ),
    passwordVariable: variable
      .optional()
      .describe("The environment variable that contains the password of the keystore."),
    keySecret: identifier
      .optional()
      .describe(
        "The name of a key under `chainfleet:keys`, which is set with `pulumi config set --secret --path chainfleet:keys.<name>`.",
      ),
  })
  .check(rules(keySourceRules));

const KEY_SOURCES = ["keyVariable", "keystore", "keySecret"] as const;

function keySourceRules(config: Unchecked<Record<string, unknown>>): BrokenRule[] {
  const sources = KEY_SOURCES.filter((source) => config[source] !== undefined);
  const hasKeystore = config.keystore !== undefined;
  const hasPassword = config.passwordVariable !== undefined;
  return [
    ...(sources.length === 1
      ? []
      : [
          { problem: `has ${sources.join(" and ") || "no key"}; must have one of ${KEY_SOURCES.join(", ")}` },
        ]),
    ...(hasKeystore === hasPassword
      ? []
      : [
          {
            field: "passwordVariable",
            problem: `and keystore belong together; ${hasKeystore ? "passwordVariable" : "keystore"} is missing`,
          },
        ]),
  ];
}

/** How a contract is deployed whose config does not set `create`. */
const DEFAULT_CREATE = "create2";

const contract = z
  .strictObject({
    contract: identifier
      .optional()
      .describe(
        "The name of the contract in contracts/src, which is also the name of its file. Default: the name under which the contract stands here.",
      ),
    args: values
      .optional()
      .describe(
        "The arguments of the constructor, by name or as a list. The names are those of the parameters in Solidity; leading and trailing underscores may be left out, so `owner` stands for `owner_`. `{ contract: WETH9 }` stands for the address of that contract, `{ contract: Bridge, chain: mainnet }` for the address of a contract on another chain, `{ account: sender }` for the address of the sender, and `{ keccak256: TEXT }` for the hash of a text. `{ call: initialize, of: Token, args: { … } }` stands for the data of a call of that function, as the initializer of a proxy takes it; `of` names a contract of the chain, or a contract or interface in contracts/src. A struct is written like arguments, by name or as a list. Write whole numbers above 2^53 as text.",
      ),
    create: z.enum(["create2", "create"]).optional().meta({
      default: DEFAULT_CREATE,
      description:
        "How the contract is deployed. With `create2`, the deterministic deployer creates the contract, and its address is known in advance. With `create`, a plain transaction creates the contract, and its address is known only afterwards.",
    }),
    salt: salt
      .optional()
      .describe(
        "The CREATE2 salt of this contract: text, whose keccak256 hash is the salt, or 0x and 64 hex digits, which are the salt itself, as in Solidity's `new C{salt: …}`. Default: the salt of all contracts.",
      ),
    value: wei
      .optional()
      .describe("The wei that the constructor gets, as text. The constructor must be payable."),
    at: addressSchema
      .optional()
      .describe(
        "The address of a contract that exists already. The contract is not deployed; its code is checked.",
      ),
    codeHash: hash
      .optional()
      .describe(
        "The keccak256 hash of the code at `at`. Without this key, the code must be the code of the contract in contracts/src.",
      ),
  })
  .check(rules(deploymentRules))
  // The defaults are filled in only now, because the rules have to know which keys the config itself contains.
  .transform(({ args = {}, create = DEFAULT_CREATE, ...fields }) => ({ ...fields, args, create }));

function deploymentRules(config: Unchecked<Record<string, unknown>>): BrokenRule[] {
  const { at, codeHash, create, salt } = config;
  if (at !== undefined) {
    return ["args", "salt", "create", "value"]
      .filter((field) => config[field] !== undefined)
      .map((field) => ({
        field,
        problem:
          "applies only to a contract that is deployed; this contract exists already, because at is set",
      }));
  }
  return [
    ...(codeHash === undefined
      ? []
      : [{ field: "codeHash", problem: "needs at: it is the hash of the code of an existing contract" }]),
    ...(create === "create" && salt !== undefined
      ? [{ field: "salt", problem: "has no meaning with create: create" }]
      : []),
  ];
}

const done = z.strictObject({
  function: z.string().describe("A view function of the called contract, by its name or its signature."),
  args: values.default({}).describe("The arguments of the view function."),
  returns: z
    .unknown()
    .optional()
    .describe(
      "What the view function returns once the call has been made: one value, or several values by name or as a list; of a struct, some fields are enough. Without this key, the call counts as made if the view function does not revert.",
    ),
});

const call = z.strictObject({
  contract: identifier.describe("The name of the called contract, which must be on the same chain."),
  function: z.string().describe("The called function, by its name or its signature."),
  args: values
    .default({})
    .describe("The arguments of the function, written like the arguments of a constructor."),
  interface: identifier
    .optional()
    .describe(
      "Whose functions `function` and `done` name, if not those of the called contract: a proxy has the functions of its implementation. The name of a contract of the same chain, or of a contract or interface in contracts/src.",
    ),
  value: wei
    .optional()
    .describe(
      "The wei that the call transfers, as text. The function must be payable. With `through`, the sender pays, and the Safe hands the wei on.",
    ),
  through: identifier
    .optional()
    .describe(
      "The name of a Safe that makes the call. The sender must be an owner of the Safe, and the threshold of the Safe must be 1.",
    ),
  after: z
    .array(identifier)
    .default([])
    .describe("The names of the calls on the same chain that must be made before this call."),
  done: done.describe(
    "How to find out whether the call has been made already. The view function is asked before anything is sent.",
  ),
});

/** The URLs of public explorers. Each Blockscout has its own URL, which the rules below require. */
const DEFAULT_EXPLORER_URLS = {
  etherscan: "https://api.etherscan.io/v2/api",
  sourcify: "https://sourcify.dev/server",
  blockscout: "",
} as const;

const explorer = z
  .strictObject({
    kind: z.enum(["etherscan", "blockscout", "sourcify"]).describe("The kind of API that the explorer has."),
    url: url
      .optional()
      .describe(
        "The URL of the API. The URL may contain environment variables: $" +
          `{NAME}. Default: ${DEFAULT_EXPLORER_URLS.etherscan} for Etherscan, ${DEFAULT_EXPLORER_URLS.sourcify} for Sourcify. Blockscout has no default.`,
      ),
    apiKey: z
      .string()
      .regex(
        /^\$\{[A-Za-z_]\w*\}$/,
        "must name an environment variable: $" + "{NAME}; the config contains no API keys",
      )
      .optional()
      .describe("The API key as an environment variable: $" + "{NAME}. Etherscan requires a key."),
    ratePerSecond: positive
      .max(1000)
      .default(5)
      .describe("The largest number of requests per second, over all chains together."),
  })
  .check(rules(requiredExplorerFields))
  .transform(
    ({ url: configuredUrl, ...fields }): ExplorerSettings => ({
      ...fields,
      url: configuredUrl ?? DEFAULT_EXPLORER_URLS[fields.kind],
    }),
  );

function requiredExplorerFields({
  kind,
  url: apiUrl,
  apiKey,
}: Unchecked<{ kind: string; url?: string | undefined; apiKey?: string | undefined }>): BrokenRule[] {
  return [
    ...(kind === "blockscout" && apiUrl === undefined
      ? [{ field: "url", problem: "is missing; every Blockscout has its own URL" }]
      : []),
    ...(kind === "etherscan" && apiKey === undefined
      ? [{ field: "apiKey", problem: "is missing; Etherscan answers no request without an API key" }]
      : []),
  ];
}

/** JavaScript writes smaller numbers with an exponent, which cannot be parsed as gwei. */
const LEAST_GWEI = 0.000001;

const chain = z
  .strictObject({
    chainId: positive.describe("The EIP-155 chain id."),
    rpcUrl: url
      .optional()
      .describe(
        "The URL of the RPC endpoint. The URL may contain environment variables, $" +
          "{NAME}, whose values are not stored in the state. Default in the stack `full`, if the chain id is the network's: the RPC nodes of the network.",
      ),
    rpcStack: z
      .string()
      .optional()
      .describe(
        "The stack of a network, `organization/project/stack`, whose RPC nodes are the endpoint of this chain.",
      ),
    rpcRegion: z
      .string()
      .optional()
      .describe(
        "The region whose RPC nodes are the endpoint, in `rpcStack` or in this stack's network. Default: the first region that has RPC nodes.",
      ),
    sender: sender.describe("The account that deploys the contracts and makes the calls."),
    confirmations: positive
      .default(1)
      .describe(
        "The number of blocks after which a transaction counts as final, including the block that contains the transaction. Under QBFT, one block is final.",
      ),
    maxPending: positive
      .default(16)
      .describe(
        "The largest number of transactions that the sender has in the transaction pool at the same time. The number is reduced if the node accepts fewer.",
      ),
    feeCeilingGwei: z
      .number()
      .min(LEAST_GWEI, `must be at least ${LEAST_GWEI}`)
      .max(1e9, "must be at most 1000000000, which is one ether for each unit of gas")
      .default(500)
      .describe("The highest price that a transaction ever offers for a unit of gas, in gwei."),
    codeSizeLimit: positive
      .default(24_576)
      .describe(
        "The largest number of bytes of a contract's code that the chain stores. The default is that of EIP-170; Besu's genesis key `contractSizeLimit` changes it. A longer contract is refused before anything is sent.",
      ),
    initCodeSizeLimit: positive
      .default(49_152)
      .describe(
        "The largest number of bytes of a contract's creation code with its arguments that the chain takes. The default is that of EIP-3860. A longer contract is refused before anything is sent.",
      ),
    contracts: z.record(identifier, contract).default({}).describe("The contracts, by name."),
    calls: z
      .record(identifier, call)
      .default({})
      .describe("Transactions that call the contracts after their deployment, by name."),
    explorers: z
      .array(explorer)
      .default([])
      .describe(
        "The block explorers at which the source code is verified. All of them are used at the same time.",
      ),
  })
  .check(rules(endpointRules));

function endpointRules(config: Unchecked<Record<string, unknown>>): BrokenRule[] {
  return config.rpcUrl === undefined
    ? []
    : ["rpcStack", "rpcRegion"]
        .filter((field) => config[field] !== undefined)
        .map((field) => ({ field, problem: "is one endpoint too many beside rpcUrl" }));
}

/** Contracts on one or several chains. */
export const contractsSchema = z.strictObject({
  salt: salt
    .prefault("chainfleet")
    .describe(
      "The salt of all CREATE2 addresses, as text or as 32 bytes in hex. Another salt leads to other addresses.",
    ),
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

/**
 * The config key of a chain as written in the stack's file, for messages.
 *
 * @example "chainfleet:contracts.chains.chain138"
 */
export function fullChainConfigKey(name: string): string {
  return `chainfleet:${chainConfigKey(name)}`;
}
