import { LAST_LISTED_RELEASE } from "../../../components/besu/options/known-options";
import { optionFindings } from "../../../components/besu/options/user-options";
import { isMovingTag, parseImage, releaseOfTag } from "../../../components/besu/release/image";
import {
  LEGACY_ENCODING_OPTION,
  parseRelease,
  type Release,
  type Software,
} from "../../../components/besu/release/release";
import type { BrokenRule, Unchecked } from "./rules";

/** The keys under `besu` that say what the nodes run. */
interface SoftwareConfig {
  readonly image: string;
  readonly release?: string | undefined;
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** What is wrong with the image, its release and the options for it. */
export function besuRules(besu: Unchecked<SoftwareConfig>): BrokenRule[] {
  const { options } = besu;
  const names =
    typeof options === "object" && options !== null && !Array.isArray(options) ? Object.keys(options) : [];
  return [
    ...imageRules(besu),
    ...optionFindings(names, releaseOf(besu)).map(({ option, problem }) => ({
      field: ["options", option],
      problem,
    })),
    ...legacyEncodingRules(options),
  ];
}

function imageRules({ image: text, release: stated }: Unchecked<SoftwareConfig>): BrokenRule[] {
  const image = typeof text === "string" ? parseImage(text) : undefined;
  if (image === undefined || (image.tag === undefined && image.digest === undefined)) {
    return [];
  }
  if (isMovingTag(image)) {
    return [
      {
        field: "image",
        problem: `is "${text}", which names other software from one day to the next, so that a validator could restart with another release than its peers; name a release, such as hyperledger/besu:${LAST_LISTED_RELEASE}, or a digest`,
      },
    ];
  }
  const tagged = releaseOfTag(image);
  if (tagged === undefined && stated === undefined) {
    return [
      {
        field: "release",
        problem: `is missing; the image "${text}" does not say which Besu release it contains, and running validators can only be updated to a release that is known: set it, such as "${LAST_LISTED_RELEASE}"`,
      },
    ];
  }
  return tagged === undefined || stated === undefined || stated === tagged
    ? []
    : [{ field: "release", problem: `is ${String(stated)}, but the tag of the image says ${tagged}` }];
}

/** The program reads the value, so it must be one that Besu reads in the same way. */
function legacyEncodingRules(options: unknown): BrokenRule[] {
  const value = (options as Readonly<Record<string, unknown>> | undefined)?.[LEGACY_ENCODING_OPTION];
  return value === undefined || ["true", "false"].includes(String(value))
    ? []
    : [{ field: ["options", LEGACY_ENCODING_OPTION], problem: "must be true or false" }];
}

/** What the nodes of a checked config run. */
export function softwareOf(besu: SoftwareConfig): Software {
  const release = releaseOf(besu);
  if (release === undefined) {
    throw new Error("a config without a Besu release passed its checks");
  }
  return { release, legacyEncoding: String(besu.options[LEGACY_ENCODING_OPTION]) === "true" };
}

function releaseOf({ image: text, release }: Unchecked<SoftwareConfig>): Release | undefined {
  const image = typeof text === "string" ? parseImage(text) : undefined;
  const stated = typeof release === "string" ? parseRelease(release) : undefined;
  return stated ?? (image && releaseOfTag(image));
}
