/**
 * The regions of the `aws` partition with their availability zones' letters.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const regions: Readonly<Record<string, string>> = {
  "af-south-1": "abc",
  "ap-east-1": "abc",
  "ap-east-2": "abc",
  "ap-northeast-1": "acd",
  "ap-northeast-2": "abcd",
  "ap-northeast-3": "abc",
  "ap-south-1": "abc",
  "ap-south-2": "abc",
  "ap-southeast-1": "abc",
  "ap-southeast-2": "abc",
  "ap-southeast-3": "abc",
  "ap-southeast-4": "abc",
  "ap-southeast-5": "abc",
  "ap-southeast-6": "abc",
  "ap-southeast-7": "abc",
  "ca-central-1": "abd",
  "ca-west-1": "abc",
  "eu-central-1": "abc",
  "eu-central-2": "abc",
  "eu-north-1": "abc",
  "eu-south-1": "abc",
  "eu-south-2": "abc",
  "eu-west-1": "abc",
  "eu-west-2": "abc",
  "eu-west-3": "abc",
  "il-central-1": "abc",
  "me-central-1": "abc",
  "me-south-1": "abc",
  "mx-central-1": "abc",
  "sa-east-1": "abc",
  "us-east-1": "abcdef",
  "us-east-2": "abc",
  "us-west-1": "ac",
  "us-west-2": "abcd",
};

export function isRegion(region: string): boolean {
  return region in regions;
}

/** The names of a region's availability zones; empty for a region that does not exist. */
export function zonesOf(region: string): readonly string[] {
  return [...(regions[region] ?? "")].map((letter) => `${region}${letter}`);
}

/** A zone's id (`euw1-az1`); the mapping of an account is drawn once and differs in real accounts. */
export function zoneId(zone: string): string {
  const region = zone.slice(0, -1);
  const short = region
    .split("-")
    .map((part, i) =>
      i === 1 ? part.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0)) : part,
    )
    .join("");
  return `${short}-az${zonesOf(region).indexOf(zone) + 1}`;
}

export const regionNames: readonly string[] = Object.keys(regions);

/** No EKS control plane there: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const zonesWithoutEks: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];
