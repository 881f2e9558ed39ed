import type { LocatedCloud } from "../region/locations";

/*
 * The Kubernetes minor versions that the clouds' managed clusters offer, each with the end of its standard support.
 *
 * Sources, read in November 2026:
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html (Amazon EKS Kubernetes release calendar),
 * https://learn.microsoft.com/azure/aks/supported-kubernetes-versions (AKS Kubernetes release calendar, which names the
 * month; the version is supported until the last day of the month).
 *
 * Both clouds sell support beyond that end (extended support of EKS, long-term support of AKS). This program does not
 * order such support, so a version ends here when its standard support ends.
 */

/** A Kubernetes minor version of a cloud. */
export interface KubernetesRelease {
  /** @example "1.35" */
  readonly version: string;
  /** The last day of standard support, as an ISO date. @example "2027-03-27" */
  readonly supportedUntil: string;
}

/** The version of a cluster whose config does not set one. Both clouds offer this version. */
export const DEFAULT_KUBERNETES_VERSION = "1.35";

const releases: Readonly<Record<LocatedCloud, readonly KubernetesRelease[]>> = {
  aws: [
    { version: "1.32", supportedUntil: "2026-03-23" },
    { version: "1.33", supportedUntil: "2026-07-29" },
    { version: "1.34", supportedUntil: "2026-12-02" },
    { version: "1.35", supportedUntil: "2027-03-27" },
    { version: "1.36", supportedUntil: "2027-08-02" },
  ],
  azure: [
    { version: "1.32", supportedUntil: "2026-03-31" },
    { version: "1.33", supportedUntil: "2026-07-31" },
    { version: "1.34", supportedUntil: "2026-11-30" },
    { version: "1.35", supportedUntil: "2027-03-31" },
    { version: "1.36", supportedUntil: "2027-06-30" },
  ],
};

/** Every version of a cloud that this program knows, oldest first, also those whose support has ended. */
export function kubernetesReleases(cloud: LocatedCloud): readonly KubernetesRelease[] {
  return releases[cloud];
}

/** The versions that are supported on a day. @param today as an ISO date: "2026-11-25" */
export function supportedVersions(cloud: LocatedCloud, today: string): readonly string[] {
  return releases[cloud]
    .filter(({ supportedUntil }) => today <= supportedUntil)
    .map(({ version }) => version);
}

/**
 * Why a cluster cannot have a version: the cloud does not offer the version, or the version's support has ended.
 * Completes a sentence that begins with the config key. Undefined if the version is supported.
 *
 * @param today as an ISO date: "2026-11-25"
 */
export function versionProblem(
  { cloud, version }: { readonly cloud: LocatedCloud; readonly version: string },
  today: string,
): string | undefined {
  const supported = supportedVersions(cloud, today);
  if (supported.includes(version)) {
    return undefined;
  }
  const service = cloud === "aws" ? "EKS" : "AKS";
  const remedy =
    supported.length === 0
      ? `the support of every version that this program knows has ended, so update chainfleet`
      : `set ${supported.join(" or ")}; a cluster that is more than one minor version behind is first upgraded, one minor version at a time, with the cloud's own command`;
  const release = releases[cloud].find((known) => known.version === version);
  return release === undefined
    ? `is "${version}", which is not among the versions of ${service} that this program knows; ${remedy}`
    : `is "${version}", which ${service} supported until ${release.supportedUntil}; ${remedy}`;
}
