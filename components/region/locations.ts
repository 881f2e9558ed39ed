/**
 * The clouds' public locations, each with its place in the address plan.
 *
 * The place is the index in these lists and decides a region's address space, so the lists are append-only:
 * a location that a cloud closes stays where it is.
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
  /** The cloud's own name: `eastus`, `eu-west-1`. */
  readonly name: string;
  /** The /16 of 10.0.0.0/8 that a region in this location takes: `10.<slot>.0.0/16`. */
  readonly slot: number;
  /** Whether the location has availability zones. */
  readonly zones: boolean;
}

/** The clouds that have locations; a region on an existing cluster (`kubernetes`) has none. */
export type LocatedCloud = "azure" | "aws";

const AZURE_WITHOUT_ZONES_FROM = 80;
const AWS_FROM = 128;

const catalog: Record<LocatedCloud, ReadonlyMap<string, Location>> = {
  azure: new Map<string, Location>([
    ...azureWithZones.map((name, index) => [name, { name, slot: index, zones: true }] as const),
    ...azureWithoutZones.map(
      (name, index) => [name, { name, slot: AZURE_WITHOUT_ZONES_FROM + index, zones: false }] as const,
    ),
  ]),
  aws: new Map(aws.map((name, index) => [name, { name, slot: AWS_FROM + index, zones: true }] as const)),
};

/** Looks a location up; undefined when the cloud has none of that name. */
export function findLocation(cloud: LocatedCloud, name: string): Location | undefined {
  return catalog[cloud].get(name);
}

/** Every location of a cloud, for suggestions and tests. */
export function locations(cloud: LocatedCloud): readonly Location[] {
  return [...catalog[cloud].values()];
}
