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

/** A Kubernetes version of a cloud's managed clusters. */
export interface CloudVersion {
  readonly cloud: LocatedCloud;
  /** @example "1.35" */
  readonly version: string;
}

/**
 * Why no cluster can have a version: the cloud never offered the version, as far as this program knows. Completes a
 * sentence that begins with the config key. Undefined if the version is known.
 */
export function unknownVersionProblem({ cloud, version }: CloudVersion): string | undefined {
  const known = releases[cloud].map((release) => release.version);
  return known.includes(version)
    ? undefined
    : `is "${version}", which is not among the versions of ${SERVICES[cloud]} that this program knows: ${known.join(", ")}`;
}

/**
 * Why no new cluster can have a known version: its support has ended. Completes a sentence that begins with the config
 * key. Undefined while the version is supported.
 *
 * @param today as an ISO date: "2026-11-25"
 */
export function endedVersionProblem({ cloud, version }: CloudVersion, today: string): string | undefined {
  const release = releases[cloud].find((known) => known.version === version);
  if (release === undefined || today <= release.supportedUntil) {
    return undefined;
  }
  const supported = supportedVersions(cloud, today);
  const remedy =
    supported.length === 0
      ? "the support of every version that this program knows has ended, so update chainfleet"
      : `set ${supported.join(" or ")}; a cluster that is more than one minor version behind is first upgraded, one minor version at a time, with the cloud's own command`;
  return `is "${version}", which ${SERVICES[cloud]} supported until ${release.supportedUntil}; ${remedy}`;
}

const SERVICES: Readonly<Record<LocatedCloud, string>> = { aws: "EKS", azure: "AKS" };
