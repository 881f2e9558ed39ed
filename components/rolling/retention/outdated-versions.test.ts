import fc from "fast-check";
import { expect, test } from "vitest";
import { outdatedVersions } from "./outdated-versions";

const version = (number: number, fields = {}) => ({
  version: number,
  isOurs: true,
  isDefault: false,
  isUsedByGroup: false,
  isSource: false,
  ...fields,
});

test("the newest earlier versions are kept beside the new one", () => {
  expect(
    outdatedVersions(
      [1, 2, 3, 4, 5].map((number) => version(number)),
      [5],
      2,
    ),
  ).toEqual([2, 1]);
});

test("versions of other makers, the default version and versions in use stay and do not count as kept", () => {
  const versions = [
    version(1),
    version(2, { isDefault: true }),
    version(3, { isOurs: false }),
    version(4, { isUsedByGroup: true }),
    version(5),
    version(6),
  ];
  expect(outdatedVersions(versions, [6], 1)).toEqual([1]);
});

test("a version from which the current release was made stays, and counts as kept", () => {
  const versions = [
    version(1),
    version(2, { isSource: true }),
    version(3),
    version(4),
    version(5, { isSource: true }),
  ];
  expect(outdatedVersions(versions, [6, 7], 2)).toEqual([3, 1]);
});

test("no version of the release, no newer version and no version in use is ever deleted, and enough are kept", () => {
  const anyVersions = fc
    .uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
    .chain((numbers) =>
      fc.tuple(
        ...numbers.map((number) =>
          fc
            .record({ isOurs: fc.boolean(), isDefault: fc.boolean(), isUsedByGroup: fc.boolean() })
            .map((fields) => version(number, fields)),
        ),
      ),
    );
  fc.assert(
    fc.property(anyVersions, fc.integer({ min: 1, max: 10 }), fc.nat(), (versions, keep, pick) => {
      const newest = versions[pick % versions.length]?.version ?? 1;
      const deleted = outdatedVersions(versions, [newest], keep);
      for (const number of deleted) {
        expect(number).toBeLessThan(newest);
        expect(versions.find((entry) => entry.version === number)).toMatchObject({
          isOurs: true,
          isDefault: false,
          isUsedByGroup: false,
        });
      }
      const deletable = versions.filter(
        (entry) => entry.version < newest && entry.isOurs && !entry.isDefault && !entry.isUsedByGroup,
      );
      expect(deleted).toHaveLength(Math.max(0, deletable.length - keep));
    }),
  );
});
