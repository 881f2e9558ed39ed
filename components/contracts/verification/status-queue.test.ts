import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { StatusQueue } from "./status-queue";

it("gives the turn to the oldest member, and to the next member when the oldest has left", async () => {
  const queue = new StatusQueue();
  const first = queue.join();
  const second = queue.join();
  const turns: string[] = [];
  const next = second.turn().then(() => turns.push("second"));
  await first.turn();
  turns.push("first");
  await delay(100);
  expect(turns).toEqual(["first"]);
  first.leave();
  await next;
  expect(turns).toEqual(["first", "second"]);
});
