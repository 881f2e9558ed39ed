import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_KUBERNETES_VERSION,
  endedVersionProblem,
  kubernetesReleases,
  supportedVersions,
  unknownVersionProblem,
} from "./versions";

const clouds = ["aws", "azure"] as const;

describe.each(clouds)("the Kubernetes versions of %s", (cloud) => {
  it("ascend by one minor version, each supported longer than the one before", () => {
    const releases = kubernetesReleases(cloud);
    const minors = releases.map(({ version }) => Number(version.split(".")[1]));
    const ends = releases.map(({ supportedUntil }) => supportedUntil);
    expect(minors).toEqual(minors.map((_, index) => (minors[0] ?? 0) + index));
    expect(ends).toEqual([...ends].sort());
    expect(new Set(ends).size).toBe(ends.length);
  });

  it("are supported on their last day and refused on the day after", () => {
    for (const { version, supportedUntil } of kubernetesReleases(cloud)) {
      const dayAfter = new Date(Date.parse(supportedUntil) + 86_400_000).toISOString().slice(0, 10);
      expect(endedVersionProblem({ cloud, version }, supportedUntil)).toBeUndefined();
      expect(endedVersionProblem({ cloud, version }, dayAfter)).toContain(`until ${supportedUntil}`);
    }
  });

  it("contain the default, whose support does not end within three months of the day when the table was read", () => {
    expect(supportedVersions(cloud, "2026-11-25")).toContain(DEFAULT_KUBERNETES_VERSION);
    expect(supportedVersions(cloud, "2027-02-25")).toContain(DEFAULT_KUBERNETES_VERSION);
  });

  it("never become supported again", () => {
    const day = fc
      .date({ min: new Date("2025-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, day, (one, other) => {
        const [earlier, later] = [one, other].sort() as [string, string];
        expect(supportedVersions(cloud, earlier)).toEqual(
          expect.arrayContaining([...supportedVersions(cloud, later)]),
        );
      }),
    );
  });
});

it("a version that no cloud offers is refused with the versions to choose from", () => {
  expect(unknownVersionProblem({ cloud: "aws", version: "1.20" })).toMatch(
    /^is "1\.20", which is not among the versions of EKS that this program knows: 1\.32, 1\.33, 1\.34/,
  );
});

it("1.34 ends on Azure before it ends on AWS", () => {
  expect(endedVersionProblem({ cloud: "azure", version: "1.34" }, "2026-12-01")).toMatch(/until 2026-11-30/);
  expect(endedVersionProblem({ cloud: "aws", version: "1.34" }, "2026-12-01")).toBeUndefined();
});
