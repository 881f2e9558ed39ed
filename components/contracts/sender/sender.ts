import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Wallet } from "@ethereumjs/wallet";
import { type Address, bytesToHex, type Hex } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { environmentVariable } from "../../environment";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";

/**
 * Where a private key is found. The key is in no log, on no command line and no resource's input; a secret of the
 * config is in the state as the engine keeps every config: encrypted.
 */
export type KeySource =
  /** An environment variable, or a line of `.env`. */
  | { readonly kind: "variable"; readonly variable: string }
  /** An encrypted keystore (Web3 Secret Storage, version 3) and the variable that has its password. */
  | { readonly kind: "keystore"; readonly file: string; readonly passwordVariable: string }
  /** A secret of the stack's config: `pulumi config set --secret --path chainfleet:keys.<name>`. */
  | { readonly kind: "config"; readonly name: string };

/** Whose transactions they are. */
export interface Sender {
  readonly address: Address;
  readonly key: KeySource;
}

/** Reads a key of the stack's config; undefined if there is none. */
export type ConfigSecret = (name: string) => string | undefined;

/**
 * The sender with its key.
 *
 * @throws ChainfleetError when there is no key, or it is another account's; it never says what was found.
 */
export async function accountOf({ address, key }: Sender, secret: ConfigSecret): Promise<PrivateKeyAccount> {
  const account = await keyOwner(key, secret);
  if (account.address.toLowerCase() !== address.toLowerCase()) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${describe(key)} has the key of ${account.address}; the config's sender is ${address}.`,
      next: "Correct one of them. The addresses of contracts may depend on the sender.",
    });
  }
  return account;
}

async function keyOwner(source: KeySource, secret: ConfigSecret): Promise<PrivateKeyAccount> {
  switch (source.kind) {
    case "variable":
      return ownerOf(
        environmentVariable(source.variable),
        source,
        "Set it for this command alone, or in .env.",
      );
    case "config":
      return ownerOf(
        secret(source.name),
        source,
        `Set it: pulumi config set --secret --path chainfleet:keys.${source.name}`,
      );
    case "keystore":
      return privateKeyToAccount(bytesToHex((await opened(source)).getPrivateKey()));
  }
}

function ownerOf(key: string | undefined, source: KeySource, next: string): PrivateKeyAccount {
  if (key === undefined) {
    throw new ChainfleetError({ code: "TODO", summary: `${describe(source)} is not set.`, next: next });
  }
  try {
    return privateKeyToAccount(key as Hex);
  } catch {
    // The library's message may quote it.
    throw new ChainfleetError({
      code: "TODO",
      summary: `${describe(source)} has no private key (0x and 64 hex digits).`,
      next: next,
    });
  }
}

type Keystore = KeySource & { readonly kind: "keystore" };

/** Opening a keystore takes a second by design, so each is opened once in a process. */
function opened(source: Keystore): Promise<Wallet> {
  const id = JSON.stringify(source);
  const wallet = wallets.get(id) ?? keystore(source);
  wallets.set(id, wallet);
  wallet.catch(() => wallets.delete(id));
  return wallet;
}

const wallets = new Map<string, Promise<Wallet>>();

async function keystore(source: Keystore): Promise<Wallet> {
  const password = environmentVariable(source.passwordVariable);
  if (password === undefined) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `The environment variable ${source.passwordVariable}, the password of ${source.file}, is not set.`,
      next: "Set it for this command alone, or in .env.",
    });
  }
  let text: string;
  try {
    text = readFileSync(resolve(PROJECT_ROOT, source.file), "utf8");
  } catch (error) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `The keystore ${source.file} cannot be read: ${(error as Error).message}`,
      next: "Correct sender.keystore: a path from the project's folder, or from the root.",
    });
  }
  try {
    return await Wallet.fromV3(text, password, true);
  } catch (error) {
    // The library's other messages may quote the file.
    throw /wrong passphrase/.test((error as Error).message)
      ? new ChainfleetError({
          code: "TODO",
          summary: `The keystore ${source.file} does not open with the password of ${source.passwordVariable}.`,
          next: `Set ${source.passwordVariable} to this keystore's password, for this command alone or in .env; spaces and line ends count.`,
        })
      : new ChainfleetError({
          code: "TODO",
          summary: `${source.file} is no keystore of version 3 (Web3 Secret Storage) that can be read here.`,
          next: "Correct sender.keystore in the config, or let a wallet export the key as a keystore: geth and Foundry make such files.",
        });
  }
}

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
