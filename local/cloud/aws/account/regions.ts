import { hex } from "../../engine/resources/random";

/**
 * The regions of the `aws` partition, each with the letters and the id numbers of the availability zones that an account
 * sees. Where a region has more zones than an account sees (us-west-1, ap-northeast-1, ca-central-1), the account of the
 * simulation sees what a new account sees.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const regions: Readonly<Record<string, { readonly letters: string; readonly ids: readonly number[] }>> = {
  "af-south-1": { letters: "abc", ids: [1, 2, 3] },
  "ap-east-1": { letters: "abc", ids: [1, 2, 3] },
  "ap-east-2": { letters: "abc", ids: [1, 2, 3] },
  "ap-northeast-1": { letters: "acd", ids: [1, 2, 4] },
  "ap-northeast-2": { letters: "abcd", ids: [1, 2, 3, 4] },
  "ap-northeast-3": { letters: "abc", ids: [1, 2, 3] },
  "ap-south-1": { letters: "abc", ids: [1, 2, 3] },
  "ap-south-2": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-1": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-2": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-3": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-4": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-5": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-6": { letters: "abc", ids: [1, 2, 3] },
  "ap-southeast-7": { letters: "abc", ids: [1, 2, 3] },
  "ca-central-1": { letters: "abd", ids: [1, 2, 4] },
  "ca-west-1": { letters: "abc", ids: [1, 2, 3] },
  "eu-central-1": { letters: "abc", ids: [1, 2, 3] },
  "eu-central-2": { letters: "abc", ids: [1, 2, 3] },
  "eu-north-1": { letters: "abc", ids: [1, 2, 3] },
  "eu-south-1": { letters: "abc", ids: [1, 2, 3] },
  "eu-south-2": { letters: "abc", ids: [1, 2, 3] },
  "eu-west-1": { letters: "abc", ids: [1, 2, 3] },
  "eu-west-2": { letters: "abc", ids: [1, 2, 3] },
  "eu-west-3": { letters: "abc", ids: [1, 2, 3] },
  "il-central-1": { letters: "abc", ids: [1, 2, 3] },
  "me-central-1": { letters: "abc", ids: [1, 2, 3] },
  "me-south-1": { letters: "abc", ids: [1, 2, 3] },
  "mx-central-1": { letters: "abc", ids: [1, 2, 3] },
  "sa-east-1": { letters: "abc", ids: [1, 2, 3] },
  "us-east-1": { letters: "abcdef", ids: [1, 2, 3, 4, 5, 6] },
  "us-east-2": { letters: "abc", ids: [1, 2, 3] },
  "us-west-1": { letters: "ac", ids: [1, 3] },
  "us-west-2": { letters: "abcd", ids: [1, 2, 3, 4] },
};

export const regionNames: readonly string[] = Object.keys(regions);

export function isRegion(region: string): boolean {
  return region in regions;
}

/** An availability zone as an account sees it. */
export interface Zone {
  /** @example "us-east-1a" */
  readonly name: string;
  /** @example "use1-az4" */
  readonly id: string;
}

/**
 * The availability zones of a region in the order of their names; empty for a region that does not exist. Which id a name
 * stands for differs from account to account: https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
 */
export function zonesOf(account: string, region: string): readonly Zone[] {
  const { letters, ids } = regions[region] ?? { letters: "", ids: [] };
  const shuffled = [...ids].sort((a, b) =>
    hex(16, account, region, a).localeCompare(hex(16, account, region, b)),
  );
  return [...letters].map((letter, index) => ({
    name: `${region}${letter}`,
    id: `${shortName(region)}-az${shuffled[index]}`,
  }));
}

/** The ids of the zones in which EKS cannot run a control plane: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const zonesWithoutEks: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];

/** The beginning of a region's zone ids. @example "use1" for us-east-1 */
function shortName(region: string): string {
  return region
    .split("-")
    .map((part, index) =>
      index === 1 ? part.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0)) : part,
    )
    .join("");
}
