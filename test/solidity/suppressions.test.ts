import { expect, it } from "vitest";
import { unexplainedSuppressions } from "./suppressions";

it("suppressions of Slither's findings are reported unless a comment above explains them", () => {
  const source = [
    "// Slither: a deadline is a time.",
    "// slither-disable-next-line timestamp",
    "require(block.timestamp <= deadline);",
    "// slither-disable-next-line assembly",
    "assembly {}",
    "/// @notice Some documentation.",
    "// Slither: an explanation",
    "// of two lines.",
    "// slither-disable-start calls-loop",
    "// slither-disable-end calls-loop",
    "// Slither:",
    "// slither-disable-next-line naming-convention",
  ].join("\n");
  expect(unexplainedSuppressions(source)).toEqual([
    { line: 4, text: "// slither-disable-next-line assembly" },
    { line: 12, text: "// slither-disable-next-line naming-convention" },
  ]);
});
