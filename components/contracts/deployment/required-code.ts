import { type Address, type Hex, keccak256 } from "viem";
import { ChainfleetError } from "../../error";
import { compareRuntimeCode } from "./runtime-code";
import type { PendingDeployment } from "./strategy";

type Named = Pick<PendingDeployment, "name" | "chain" | "client">;

/** @throws ChainfleetError unless the address has the runtime code of the contract. */
export async function requireCode(
  deployment: Named & Pick<PendingDeployment, "artifact">,
  address: Address,
): Promise<void> {
  const code = await codeAt(deployment, address);
  const comparison = compareRuntimeCode(code, deployment.artifact);
  if (comparison.kind === "different") {
    throw differentCode(
      deployment,
      address,
      comparison,
      `The hashes are of the code without metadata and immutables. If this is the right contract, say so beside \`at: "${address}"\` with \`codeHash: "${keccak256(code)}"\`; otherwise correct the address or the contract.`,
    );
  }
}

/** @throws ChainfleetError unless the code at the address has the hash. */
export async function requireCodeHash(deployment: Named, address: Address, codeHash: Hex): Promise<void> {
  const found = keccak256(await codeAt(deployment, address));
  if (found !== codeHash) {
    throw differentCode(
      deployment,
      address,
      { found, expected: codeHash },
      "The hashes are keccak256 of the whole code. Correct the config's address or codeHash.",
    );
  }
}

async function codeAt({ name, chain, client }: Named, address: Address): Promise<Hex> {
  const code = (await client.getCode({ address })) ?? "0x";
  if (code === "0x") {
    throw new ChainfleetError({
      code: "CONTRACT_MISSING",
      summary: `${name} on ${chain}: there is no code at ${address}.`,
      next: "Correct the address in the config, or leave the address out to deploy the contract.",
    });
  }
  return code;
}

function differentCode(
  { name, chain }: Named,
  address: Address,
  { found, expected }: { readonly found: Hex; readonly expected: Hex },
  next: string,
): ChainfleetError {
  return new ChainfleetError({
    code: "CONTRACT_CODE_DIFFERS",
    summary: `${name} on ${chain}: the code at ${address} is not the expected code.\n  found:    ${found}\n  expected: ${expected}`,
    next,
  });
}
