import fc from "fast-check";
import { expect, it } from "vitest";
import { vaultName, vaultSecretName } from "./vault-name";

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/);
const address = fc.stringMatching(/^0x[0-9a-f]{40}$/).map((text) => text as `0x${string}`);

it("gives every region of every network a name that Azure accepts", () => {
  fc.assert(
    fc.property(name, name, address, (network, region, first) => {
      const vault = vaultName({ network, region, address: first });
      expect(vault).toMatch(/^[a-z](-?[a-z0-9])*$/);
      expect(vault.length).toBeGreaterThanOrEqual(3);
      expect(vault.length).toBeLessThanOrEqual(24);
      expect(vaultSecretName("validator-99", first)).toMatch(/^[0-9a-zA-Z-]{1,127}$/);
    }),
  );
});

it("gives another network, region and first validator another name, and the same ones the same", () => {
  const args = { network: "chain138", region: "eastus", address: `0x${"1".repeat(40)}` } as const;
  const names = [
    args,
    { ...args, network: "chain139" },
    { ...args, region: "eastus2" },
    { ...args, address: `0x${"2".repeat(40)}` as const },
  ].map(vaultName);
  expect(new Set(names).size).toBe(4);
  expect(vaultName({ ...args })).toBe(names[0]);
});
