import { createHash } from "node:crypto";
import type { Release } from "./release";

/**
 * How the resources of a release are recognized in AWS. Instances, images and snapshots carry tags. Versions of launch
 * templates cannot be tagged, so that a version says in its description what it was made for.
 */
export const TAG = {
  stack: "chainfleet:stack",
  release: "chainfleet:release",
  releaseId: "chainfleet:release-id",
  revision: "chainfleet:revision",
  /** The name that an image and all images made from it have in the plan. */
  lineage: "chainfleet:lineage",
  /** The image from which the instance was launched. */
  sourceImage: "chainfleet:source-image",
  /** The instance from which the image was made. */
  instance: "chainfleet:instance",
} as const;

/** The tags of everything that a release creates. */
export function releaseTags({ stack, name, revision, id }: Release): Record<string, string> {
  return { [TAG.stack]: stack, [TAG.release]: name, [TAG.revision]: revision, [TAG.releaseId]: id };
}

/** What the description of a launch template version says. */
export interface VersionOrigin {
  readonly release: string;
  readonly releaseId: string;
  /** The version from which this version was made. */
  readonly sourceVersion: number;
  /** A hash of the stack's name, which is too long for the 255 characters of a description. */
  readonly owner: string;
}

/** The description of a version. @example "shop v1.4.2-1f0c9a3e from 6 (chainfleet 5d41402abc4b)" */
export function versionDescription({ stack, name, id }: Release, sourceVersion: number): string {
  return `${name} ${id} from ${sourceVersion} (chainfleet ${ownerOf(stack)})`;
}

/** Reads a description. Returns undefined for a version that no release made. */
export function parseVersionDescription(description: string | undefined): VersionOrigin | undefined {
  const match = /^(\S+) (\S+) from (\d+) \(chainfleet ([0-9a-f]{12})\)$/.exec(description ?? "");
  if (match === null) {
    return undefined;
  }
  const [, release = "", releaseId = "", sourceVersion = "", owner = ""] = match;
  return { release, releaseId, sourceVersion: Number(sourceVersion), owner };
}

/** Whether a release of this stack and name made a version, whatever its revision. */
export function isOwnVersion(
  origin: VersionOrigin | undefined,
  { stack, name }: Release,
): origin is VersionOrigin {
  return origin?.owner === ownerOf(stack) && origin.release === name;
}

function ownerOf(stack: string): string {
  return createHash("sha256").update(stack).digest("hex").slice(0, 12);
}

/**
 * A client token: AWS answers a request with a known token with the result of the first request, so that a request that
 * is repeated after a kill creates nothing twice. EC2 allows 64 characters.
 */
export function clientToken(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The name of the image made from an instance. Image names are unique in an account and location. */
export function imageName({ name, id }: Release, instanceId: string): string {
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html: 3 to 128 characters of this set.
  const allowed = `${name} ${id}`.replaceAll(/[^A-Za-z0-9()[\] ./\-'@_]/g, "-").slice(0, 100);
  return `${allowed} ${instanceId}`;
}
