import fc from "fast-check";
import { expect, test } from "vitest";
import { imageName, isOwnVersion, parseVersionDescription, versionDescription } from "./ownership";
import { releaseId, stepsFor } from "./release";

const release = { stack: "chainfleet/production", name: "shop", revision: "v1.4.2", id: "v1.4.2-1f0c9a3e" };

test("a version's description says what it was made for, in the 255 characters that AWS allows", () => {
  const anyRelease = fc.record({
    stack: fc.string({ maxLength: 200 }),
    name: fc.stringMatching(/^[a-z]{1,40}$/),
    revision: fc.constant("v1"),
    id: fc.stringMatching(/^[\w.+/@-]{1,73}$/),
  });
  fc.assert(
    fc.property(anyRelease, fc.integer({ min: 1, max: 10_000 }), (any, sourceVersion) => {
      const description = versionDescription(any, sourceVersion);
      expect(description.length).toBeLessThanOrEqual(255);
      const origin = parseVersionDescription(description);
      expect(origin).toMatchObject({ release: any.name, releaseId: any.id, sourceVersion });
      expect(isOwnVersion(origin, any)).toBe(true);
      expect(isOwnVersion(origin, { ...any, stack: `${any.stack}-other` })).toBe(false);
    }),
  );
});

test("a description that a person wrote belongs to no release", () => {
  for (const description of [undefined, "", "shop v1.4.2 from 6", "hotfix (chainfleet)"]) {
    expect(parseVersionDescription(description)).toBeUndefined();
  }
});

test("an image's name has only characters that EC2 accepts, and at most 128 of them", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w.+/@-]{1,73}$/), fc.stringMatching(/^[a-z-]{1,40}$/), (id, name) => {
      expect(imageName({ ...release, id, name }, "i-0123456789abcdef0")).toMatch(
        /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/,
      );
    }),
  );
});

test("a changed step is another release of the same revision", () => {
  const step = { name: "code", run: "deploy", roles: [] };
  expect(releaseId("v1", [step])).toBe(releaseId("v1", [{ ...step }]));
  expect(releaseId("v1", [{ ...step, run: "deploy --now" }])).not.toBe(releaseId("v1", [step]));
  expect(releaseId("v1", [{ ...step, roles: ["db"] }])).not.toBe(releaseId("v1", [step]));
});

test("a step without roles runs everywhere, and one with roles only where one of them is", () => {
  const steps = [
    { name: "code", run: "deploy", roles: [] },
    { name: "migrate", run: "migrate", roles: ["db"] },
  ];
  expect(stepsFor(steps, ["web"]).map(({ name }) => name)).toEqual(["code"]);
  expect(stepsFor(steps, ["web", "db"]).map(({ name }) => name)).toEqual(["code", "migrate"]);
});
