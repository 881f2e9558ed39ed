import { expect, it } from "vitest";
import { summarize } from "../../scripts/run/summary";
import { errorJson } from "../../scripts/terminal/error-layout";
import { summaryIn } from "./summary-output";

const summary = summarize({
  ...{ stack: "dev", mode: "up", result: "failed", seconds: 1 },
  ...{ startedAt: 0, events: [], regions: [], before: [], resources: [], waits: [], simulated: false },
});

it("is the summary, also of a run that failed", () => {
  expect(summaryIn({ stdout: JSON.stringify(summary), output: "" })).toEqual(summary);
});

it.each([
  errorJson({ code: "STACK_LOCKED", summary: "The stack is locked.", next: undefined }),
  "",
  "null",
  "Killed",
])("is refused with the output if the command printed an error or no JSON: %j", (stdout) => {
  expect(() => summaryIn({ stdout, output: `the output ${stdout}` })).toThrow(`the output ${stdout}`);
});
