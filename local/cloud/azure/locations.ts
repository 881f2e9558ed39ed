/**
 * The public Azure regions that accept deployments.
 * https://learn.microsoft.com/azure/reliability/regions-list
 */
const locations: Readonly<Record<string, { readonly zones: boolean }>> = {
  ...entries(
    true,
    "australiaeast austriaeast belgiumcentral brazilsouth canadacentral centralindia centralus chilecentral denmarkeast eastasia eastus eastus2 francecentral germanywestcentral indiasouthcentral indonesiacentral israelcentral italynorth japaneast japanwest koreacentral malaysiawest mexicocentral newzealandnorth northeurope norwayeast polandcentral qatarcentral southafricanorth southcentralus southeastasia spaincentral swedencentral switzerlandnorth uaenorth uksouth westeurope westus2 westus3",
  ),
  ...entries(
    false,
    "australiacentral australiacentral2 australiasoutheast brazilsoutheast canadaeast francesouth germanynorth jioindiacentral jioindiawest koreasouth northcentralus norwaywest southafricawest southindia swedensouth switzerlandwest uaecentral ukwest westcentralus westindia westus",
  ),
};

/** The form of a location that ARM returns: `westeurope` for `West Europe` and `WestEurope`. */
export function normalized(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

/** `Kind.same` for kinds whose location may be written in several forms. */
export function isSameLocation(path: string, before: string, after: string): boolean {
  return path === "location" && normalized(before) === normalized(after);
}

export function isLocation(location: string): boolean {
  return normalized(location) in locations;
}

export function hasZones(location: string): boolean {
  return locations[normalized(location)]?.zones ?? false;
}

export const locationNames: readonly string[] = Object.keys(locations).sort();

function entries(zones: boolean, names: string): Record<string, { zones: boolean }> {
  return Object.fromEntries(names.split(" ").map((name) => [name, { zones }]));
}
