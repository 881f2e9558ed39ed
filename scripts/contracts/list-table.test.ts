import { expect, it } from "vitest";
import type { DeployedContract } from "./deployed";
import { listTable, wideListTable } from "./list-table";

const contract: DeployedContract = {
  ...{ chain: "chain138", chainId: 138, name: "CCIPWETH10Bridge", block: 12_345_678, verified: true },
  address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  transaction: `0x${"0123456789abcdef".repeat(4)}`,
};

it("fits 80 columns, with the first and last digits of addresses and hashes", () => {
  const lines = listTable([contract, { ...contract, transaction: "", block: 0 }]).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.join("\n")).toContain("0xf39…2266");
});

it("has whole addresses and hashes in its wide form", () => {
  const table = wideListTable([contract]);
  expect(table).toContain(contract.address);
  expect(table).toContain(contract.transaction);
});
