import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { Turns } from "./turns";

it("the one that waits longest asks; when it has left, the next one does", async () => {
  const turns = new Turns();
  const first = turns.join();
  const second = turns.join();
  const asked: string[] = [];
  const next = second.turn().then(() => asked.push("second"));
  await first.turn();
  asked.push("first");
  await delay(100);
  expect(asked).toEqual(["first"]);
  first.leave();
  await next;
  expect(asked).toEqual(["first", "second"]);
});
