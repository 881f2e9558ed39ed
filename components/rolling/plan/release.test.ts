import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReleaseId, releaseFor, releaseId } from "./release";

const anyRevision = fc.stringMatching(/^[\w.+/@-]{1,64}$/);
const anySteps = fc.array(
  fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), run: fc.string(), roles: fc.constant([]) }),
);

test("the id of every release gives its revision back", () => {
  fc.assert(
    fc.property(anyRevision, anySteps, (revision, steps) => {
      const id = releaseId(revision, steps);
      expect(parseReleaseId(id)).toEqual({ revision, releaseId: id, purpose: undefined });
    }),
  );
});

test("what a command makes has an id of its own, which names its purpose and the release", () => {
  fc.assert(
    fc.property(
      anyRevision,
      fc.constantFrom("launch" as const, "image" as const),
      fc.stringMatching(/^[0-9a-z]{8}$/),
      (revision, purpose, random) => {
        const id = releaseId(revision, []);
        const made = releaseFor(purpose, { stack: "chainfleet/dev", name: "shop", revision, id }, random);
        expect(made.id).not.toBe(id);
        expect(parseReleaseId(made.id)).toEqual({ revision, releaseId: id, purpose });
      },
    ),
  );
});
