import type { Address, PublicClient } from "viem";

/** Whether there is a contract at an address. */
export async function hasCode(client: PublicClient, address: Address): Promise<boolean> {
  return ((await client.getCode({ address })) ?? "0x") !== "0x";
}
