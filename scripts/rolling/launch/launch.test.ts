import { expect, test } from "vitest";
import type { PlannedImage } from "../../../components/rolling/plan/plan";
import { inOrderOf } from "./launch";

test("images are in the order of the first groups of the config that run them", () => {
  const image = (key: string, ...groups: string[]) => ({ key, groups }) as unknown as PlannedImage;
  const groups = ["web", "app", "db", "jobs"].map((name) => ({ name }));
  const images = [image("a", "jobs"), image("b", "app", "db"), image("c", "web")];
  expect(inOrderOf(groups, images).map(({ key }) => key)).toEqual(["c", "b", "a"]);
});
