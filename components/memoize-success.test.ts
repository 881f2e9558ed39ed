import { expect, it } from "vitest";
import { memoizeSuccess } from "./memoize-success";

it("asks once for equal arguments", async () => {
  const asked: string[] = [];
  const lengthOf = memoizeSuccess(async ({ text }: { text: string }) => asked.push(text));
  await Promise.all([lengthOf({ text: "a" }), lengthOf({ text: "a" }), lengthOf({ text: "b" })]);
  await lengthOf({ text: "a" });
  expect(asked).toEqual(["a", "b"]);
});

it("asks again after a failure", async () => {
  const answers = [() => Promise.reject(new Error("no answer")), async () => 138];
  const chainId = memoizeSuccess(async (_url: string) => answers.shift()?.());
  await expect(chainId("http://node")).rejects.toThrow("no answer");
  expect(await chainId("http://node")).toBe(138);
});
