import { expect, it } from "vitest";
import { refusal } from "./refusal";

it.each([
  ["already known", "known"],
  ["Known transaction", "known"],
  ["unknown transaction type", "refused"],
  ["nonce too low: next nonce 7, tx nonce 3", "nonce used"],
  ["replacement transaction underpriced", "underpriced"],
  ["transaction underpriced: gas tip cap 1, minimum needed 1000000000", "fee too low"],
  ["txpool is full", "pool full"],
  ["invalid sender", "refused"],
])('reads "%s" as "%s"', (text, reason) => {
  expect(refusal(new Error(text))).toBe(reason);
});

it.each([-32005, -32007, 429])("reads code %i as a provider's rate limit, not as a refusal", (code) => {
  const error = new Error("Your app has exceeded its compute units per second capacity.");
  expect(refusal(Object.assign(error, { code }))).toBe("unanswered");
});
