import { parseGwei } from "viem";
import { expect, it } from "vitest";
import { modestTip } from "./tip";

const gwei = (...tips: number[]) => tips.map((tip) => parseGwei(String(tip)));

it("is the node's suggestion if the node does not tell which tips were paid", () => {
  expect(modestTip(parseGwei("3"), [])).toBe(parseGwei("3"));
});

it("does not follow a single expensive transaction on a quiet chain", () => {
  expect(modestTip(parseGwei("100"), gwei(0, 0, 99, 0, 0))).toBe(parseGwei("1"));
  expect(modestTip(parseGwei("100"), gwei(0, 1, 99, 1, 1))).toBe(parseGwei("1"));
});

it("follows a busy chain, but never exceeds the node's suggestion", () => {
  expect(modestTip(parseGwei("40"), gwei(30, 31, 33, 90))).toBe(parseGwei("33"));
  expect(modestTip(parseGwei("30"), gwei(30, 31, 33, 90))).toBe(parseGwei("30"));
  expect(modestTip(parseGwei("0.01"), gwei(0, 0, 0))).toBe(parseGwei("0.01"));
});
