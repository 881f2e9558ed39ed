import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { endOfSupportProblem } from "./end-of-support";
import { kubernetesReleases } from "./versions";

const [{ version, supportedUntil } = { version: "", supportedUntil: "" }] = kubernetesReleases("aws");
const cluster = (exists: () => Promise<boolean>) =>
  ({ region: "eu-west-1", cloud: "aws", version, exists }) as const;
const theDayAfter = new Date(Date.parse(supportedUntil) + 24 * 3600 * 1000).toISOString().slice(0, 10);

describe("a cluster whose Kubernetes version has ended", () => {
  afterEach(() => vi.restoreAllMocks());

  it("cannot be created", async () => {
    expect(
      await endOfSupportProblem(
        cluster(async () => false),
        theDayAfter,
      ),
    ).toMatch(new RegExp(`^is "${version}", which EKS supported until ${supportedUntil}; `));
  });

  it("can still be changed if it exists, and its operator is warned", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    expect(
      await endOfSupportProblem(
        cluster(async () => true),
        theDayAfter,
      ),
    ).toBeUndefined();
    expect(warn.mock.calls[0]?.[0]).toContain(
      `The Kubernetes version of region eu-west-1 is "${version}", which EKS supported until`,
    );
  });

  it("does not exist on the last day of support, so the cloud is not asked", async () => {
    const exists = vi.fn(async () => false);
    expect(await endOfSupportProblem(cluster(exists), supportedUntil)).toBeUndefined();
    expect(exists).not.toHaveBeenCalled();
  });
});
