/*
 * The public locations of each cloud.
 *
 * A location's index in its list determines the address space of a region in that location. New locations are therefore
 * added at the end of a list, and closed locations are never removed.
 *
 * Sources: https://learn.microsoft.com/azure/reliability/regions-list (locations and availability zones),
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html.
 */
const azureWithZones: readonly string[] = [
  "australiaeast",
  "austriaeast",
  "belgiumcentral",
  "brazilsouth",
  "canadacentral",
  "centralindia",
  "centralus",
  "chilecentral",
  "eastasia",
  "eastus",
  "eastus2",
  "francecentral",
  "germanywestcentral",
  "indonesiacentral",
  "israelcentral",
  "italynorth",
  "japaneast",
  "japanwest",
  "koreacentral",
  "malaysiawest",
  "mexicocentral",
  "newzealandnorth",
  "northeurope",
  "norwayeast",
  "polandcentral",
  "qatarcentral",
  "southafricanorth",
  "southcentralus",
  "southeastasia",
  "spaincentral",
  "swedencentral",
  "switzerlandnorth",
  "uaenorth",
  "uksouth",
  "westeurope",
  "westus2",
  "westus3",
];

const azureWithoutZones: readonly string[] = [
  "australiacentral",
  "australiacentral2",
  "australiasoutheast",
  "brazilsoutheast",
  "canadaeast",
  "francesouth",
  "germanynorth",
  "koreasouth",
  "northcentralus",
  "norwaywest",
  "southafricawest",
  "southindia",
  "switzerlandwest",
  "uaecentral",
  "ukwest",
  "westcentralus",
  "westindia",
  "westus",
];

const aws: readonly string[] = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-south-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-central-1",
  "ca-west-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
  "sa-east-1",
];

/** A public location of a cloud. */
export interface Location {
  /** The cloud's name of the location. @example "eastus", "eu-west-1" */
  readonly name: string;
  /** The second byte of the address space of a region in this location, `10.<slot>.0.0/16`. */
  readonly slot: number;
  /** Whether the location has availability zones. */
  readonly zones: boolean;
}

/** The clouds that have locations. A region on an existing cluster (`kubernetes`) has no location. */
export type LocatedCloud = "azure" | "aws";

/** The first slot of Azure's locations without availability zones. */
const FIRST_SLOT_WITHOUT_ZONES = 80;
/** The first slot of AWS's locations. */
const FIRST_AWS_SLOT = 128;

const catalog: Record<LocatedCloud, ReadonlyMap<string, Location>> = {
  azure: new Map<string, Location>([
    ...azureWithZones.map((name, index) => [name, { name, slot: index, zones: true }] as const),
    ...azureWithoutZones.map(
      (name, index) => [name, { name, slot: FIRST_SLOT_WITHOUT_ZONES + index, zones: false }] as const,
    ),
  ]),
  aws: new Map(
    aws.map((name, index) => [name, { name, slot: FIRST_AWS_SLOT + index, zones: true }] as const),
  ),
};

/** The location with the given name. Undefined if the cloud has no such location. */
export function findLocation(cloud: LocatedCloud, name: string): Location | undefined {
  return catalog[cloud].get(name);
}

/** The numbers of the availability zones of an Azure location. Empty if the location has none. */
export function azureZones(location: string): readonly string[] {
  return findLocation("azure", location)?.zones ? ["1", "2", "3"] : [];
}

/** Every location of a cloud. */
export function locations(cloud: LocatedCloud): readonly Location[] {
  return [...catalog[cloud].values()];
}
