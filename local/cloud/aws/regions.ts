/**
 * The regions of the `aws` partition and the letters of their availability zones.
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

/** The id of a zone (`euw1-az1`). Real accounts map zone names to ids differently; the simulation has one mapping. */
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

/** Ids of the zones in which EKS cannot run a control plane: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const zonesWithoutEks: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];
