import { parseImage, releaseOfTag } from "./image";
import { LEGACY_ENCODING_OPTION, parseRelease, type Software } from "./release";

/** The standard label of the release that an object runs: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
export const RELEASE_LABEL = "app.kubernetes.io/version";

/**
 * Reads the software of a validator from the inputs of its StatefulSet: the release from the label, or else from the
 * image's tag. Undefined if neither names a release.
 */
export function softwareOf(statefulSet: unknown): Software | undefined {
  const { metadata } = (statefulSet ?? {}) as StatefulSetInputs;
  const container = containerOf(statefulSet);
  const imageName = imageOf(statefulSet);
  const image = imageName === undefined ? undefined : parseImage(imageName);
  const label = metadata?.labels?.[RELEASE_LABEL];
  const release =
    (typeof label === "string" ? parseRelease(label) : undefined) ?? (image && releaseOfTag(image));
  if (release === undefined) {
    return undefined;
  }
  return { release, legacyEncoding: container?.args?.includes(`--${LEGACY_ENCODING_OPTION}=true`) ?? false };
}

/** The image in the inputs of a node's StatefulSet. Undefined if they are those of something else. */
export function imageOf(statefulSet: unknown): string | undefined {
  const image = containerOf(statefulSet)?.image;
  return typeof image === "string" ? image : undefined;
}

function containerOf(statefulSet: unknown) {
  return ((statefulSet ?? {}) as StatefulSetInputs).spec?.template?.spec?.containers?.[0];
}

/** The part of a StatefulSet's inputs that is read here. Values that are not known yet may be of any type. */
interface StatefulSetInputs {
  readonly metadata?: { readonly labels?: Readonly<Record<string, unknown>> };
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly { readonly image?: unknown; readonly args?: readonly unknown[] }[];
      };
    };
  };
}
