import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { valueIfKnown } from "../../engine/known";
import { type RevisedStatefulSet, revisionOf } from "./revision";

const set = (uid: string, spec: object) =>
  ({ metadata: pulumi.output({ uid }), spec: pulumi.output(spec) }) as unknown as RevisedStatefulSet;
const revision = async (...sets: RevisedStatefulSet[]) => (await valueIfKnown(revisionOf(sets)))[0];
const template = {
  metadata: { labels: { a: "1", b: "2" } },
  spec: { containers: [{ image: "besu:26.9.0" }] },
};

test("the revision is the same in whatever order the engine gives the fields, and after a StatefulSet was scaled", async () => {
  const ordered = await revision(set("u", { replicas: 1, template }));
  const { spec, metadata } = template;
  const turned = { spec, metadata: { labels: { b: metadata.labels.b, a: metadata.labels.a } } };
  expect(ordered).toMatch(/^[0-9a-f]{16}$/);
  expect(await revision(set("u", { template: turned, replicas: 0 }))).toBe(ordered);
});

test("the revision changes with what the pods run, and with a StatefulSet that is made anew", async () => {
  const other = { ...template, spec: { containers: [{ image: "besu:26.8.1" }] } };
  const revisions = await Promise.all([
    revision(set("u", { template })),
    revision(set("u", { template: other })),
    revision(set("v", { template })),
    revision(set("u", { template }), set("v", { template })),
  ]);
  expect(new Set(revisions).size).toBe(4);
});
