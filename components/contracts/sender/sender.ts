import { readFileSync } from "node:fs";
import { Wallet } from "@ethereumjs/wallet";
import { type Address, bytesToHex, type Hex } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { environmentVariable } from "../../environment";
import { ChainfleetError } from "../../error";
import { filePath } from "../../file-path";
import { memoizeSuccess } from "../../memoize-success";

/**
 * Where a private key comes from. The key appears in no log, on no command line and in no resource's inputs. A secret of
 * the config is in the state, encrypted, as the engine keeps every secret.
 */
export type KeySource =
  /** An environment variable, or a line of `.env`. */
  | { readonly kind: "variable"; readonly variable: string }
  /** An encrypted keystore (Web3 Secret Storage, version 3), and the environment variable with its password. */
  | { readonly kind: "keystore"; readonly file: string; readonly passwordVariable: string }
  /** A secret of the stack's config: `pulumi config set --secret --path chainfleet:keys.<name>`. */
  | { readonly kind: "config"; readonly name: string };

/** The account that sends transactions. */
export interface Sender {
  readonly address: Address;
  readonly key: KeySource;
}

/** Reads a private key from the stack's config; undefined if the config has no key of this name. */
export type ConfigSecret = (name: string) => string | undefined;

/**
 * The sender's account with its private key.
 *
 * @throws ChainfleetError if the key is missing or belongs to another account. The message never quotes the key.
 */
export async function accountOf(
  { address, key }: Sender,
  readSecret: ConfigSecret,
): Promise<PrivateKeyAccount> {
  const account = await readAccount(key, readSecret);
  if (account.address.toLowerCase() !== address.toLowerCase()) {
    throw new ChainfleetError({
      code: "SENDER_KEY_MISMATCH",
      summary: `${describe(key)} has the key of ${account.address}; the config's sender is ${address}.`,
      next: "Correct the key or the config's sender. The addresses of contracts may depend on the sender.",
    });
  }
  return account;
}

async function readAccount(source: KeySource, readSecret: ConfigSecret): Promise<PrivateKeyAccount> {
  switch (source.kind) {
    case "variable":
      return accountOfKey(
        environmentVariable(source.variable),
        source,
        "Set the variable for this command alone, or in .env.",
      );
    case "config":
      return accountOfKey(
        readSecret(source.name),
        source,
        `Set the secret: pulumi config set --secret --path chainfleet:keys.${source.name}`,
      );
    case "keystore":
      return privateKeyToAccount(bytesToHex((await openKeystore(source)).getPrivateKey()));
  }
}

function accountOfKey(key: string | undefined, source: KeySource, next: string): PrivateKeyAccount {
  if (key === undefined) {
    throw new ChainfleetError({
      code: "SENDER_KEY_MISSING",
      summary: `${describe(source)} is not set.`,
      next,
    });
  }
  try {
    return privateKeyToAccount(key as Hex);
  } catch {
    // The library's message may quote the key.
    throw new ChainfleetError({
      code: "SENDER_KEY_INVALID",
      summary: `${describe(source)} has no private key (0x and 64 hex digits).`,
      next,
    });
  }
}

type Keystore = KeySource & { readonly kind: "keystore" };

/** Opening a keystore takes a second by design, so each keystore is opened once in a process. */
const openKeystore = memoizeSuccess(async (source: Keystore): Promise<Wallet> => {
  const password = environmentVariable(source.passwordVariable);
  if (password === undefined) {
    throw new ChainfleetError({
      code: "KEYSTORE_PASSWORD_MISSING",
      summary: `The environment variable ${source.passwordVariable}, the password of ${source.file}, is not set.`,
      next: "Set the variable for this command alone, or in .env.",
    });
  }
  let text: string;
  try {
    text = readFileSync(filePath(source.file), "utf8");
  } catch (error) {
    throw new ChainfleetError({
      code: "KEYSTORE_UNREADABLE",
      summary: `The keystore ${source.file} cannot be read: ${(error as Error).message}`,
      next: "Correct sender.keystore: an absolute path, or a path relative to the project's folder.",
      cause: error,
    });
  }
  try {
    return await Wallet.fromV3(text, password, true);
  } catch (error) {
    // The library's other messages may quote the file, so the cause is left out.
    throw /wrong passphrase/.test((error as Error).message)
      ? new ChainfleetError({
          code: "KEYSTORE_WRONG_PASSWORD",
          summary: `The keystore ${source.file} does not open with the password of ${source.passwordVariable}.`,
          next: `Set ${source.passwordVariable} to this keystore's password, for this command alone or in .env; spaces and line ends count.`,
        })
      : new ChainfleetError({
          code: "KEYSTORE_INVALID",
          summary: `${source.file} is not a readable keystore of version 3 (Web3 Secret Storage).`,
          next: "Correct sender.keystore in the config, or export the key as a keystore: geth and Foundry write such files.",
        });
  }
});

function describe(source: KeySource): string {
  switch (source.kind) {
    case "variable":
      return `The environment variable ${source.variable}`;
    case "config":
      return `The config's secret chainfleet:keys.${source.name}`;
    case "keystore":
      return `The keystore ${source.file}`;
  }
}
