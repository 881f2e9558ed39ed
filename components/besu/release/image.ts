import { parseRelease, type Release } from "./release";

/** The parts of a container image's name. @example registry.example.com:5000/besu:26.9.0@sha256:… */
export interface Image {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Reads the name of an image; undefined if the text is no name of an image. */
export function parseImage(text: string): Image | undefined {
  const { repository, tag, digest } = IMAGE.exec(text)?.groups ?? {};
  return repository === undefined ? undefined : { repository, tag, digest };
}

/** https://github.com/distribution/reference: a registry may have a port, so only a colon after the last slash begins a tag. */
const IMAGE =
  /^(?<repository>([\w.-]+(:\d+)?\/)?[a-z0-9][a-z0-9._/-]*?)(:(?<tag>\w[\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * The Besu release that the image's tag names; undefined if the tag names none. The official images of one architecture
 * have its name in the tag. @example "26.9.0-arm64"
 */
export function releaseOfTag({ tag }: Image): Release | undefined {
  return tag === undefined ? undefined : parseRelease(tag.replace(/-(amd64|arm64)$/, ""));
}

/**
 * Whether the tag names other software from one day to the next. Kubernetes pulls such an image whenever a pod starts, so
 * a validator whose node fails would come back with another release than its peers.
 */
export function isMovingTag({ tag, digest }: Image): boolean {
  return digest === undefined && tag !== undefined && /(^|-)(latest|develop|nightly|edge|main)$/.test(tag);
}
