import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "../error";

/**
 * The ids of the availability zones in which EKS creates no control plane. The letter of a zone differs from account to
 * account, its id does not: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
const ZONES_WITHOUT_EKS: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];

/** EKS requires subnets in two zones, and a third zone keeps a majority when one zone fails. */
const FEWEST_ZONES = 2;
const MOST_ZONES = 3;

/** An availability zone of an account. */
export interface Zone {
  /** The account's name of the zone. @example "us-east-1a" */
  readonly name: string;
  /** AWS's own name of the zone, the same for every account. @example "use1-az4" */
  readonly id: string;
}

/**
 * The zones that a region uses: the first three in the order of their ids. A new zone gets a higher id than all others, so
 * that the zones of an existing region stay the same when AWS opens a zone.
 */
export function chooseZones(zones: readonly Zone[]): readonly Zone[] {
  return zones
    .filter(({ id }) => !ZONES_WITHOUT_EKS.includes(id))
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }))
    .slice(0, MOST_ZONES);
}

/**
 * Asks AWS for the zones of a location and chooses those that the region uses. The program must know the zones before it
 * registers the region's resources, because the number of zones decides which subnets and node groups exist.
 *
 * Zones are not filtered by their state: the resources in a zone that fails must stay in the stack.
 *
 * @throws ChainfleetError AWS_ZONES_UNKNOWN if AWS does not answer; AWS_ZONES_TOO_FEW if the account has fewer than two
 *   zones with EKS in the location.
 */
export async function fetchZones(
  region: { readonly name: string; readonly location: string },
  provider: pulumi.ProviderResource,
): Promise<readonly Zone[]> {
  const { names, zoneIds } = await aws
    .getAvailabilityZones(
      {
        filters: [
          // Local zones and Wavelength zones have neither EKS control planes nor network load balancers.
          { name: "zone-type", values: ["availability-zone"] },
          { name: "opt-in-status", values: ["opt-in-not-required"] },
        ],
      },
      { provider },
    )
    .catch((cause: Error) => {
      throw new ChainfleetError({
        code: "AWS_ZONES_UNKNOWN",
        summary: `Region ${region.name}: AWS did not list the availability zones of ${region.location}: ${cause.message}`,
        next: `Nothing was changed. The caller needs the permission ec2:DescribeAvailabilityZones, and the account must have ${region.location} enabled. Then run again.`,
        cause,
      });
    });
  const zones = chooseZones(names.map((name, index) => ({ name, id: zoneIds[index] ?? "" })));
  if (zones.length < FEWEST_ZONES) {
    throw new ChainfleetError({
      code: "AWS_ZONES_TOO_FEW",
      summary: `Region ${region.name}: this account has ${zones.length} availability zones in ${region.location} that EKS supports, and EKS needs ${FEWEST_ZONES}.`,
      next: "Nothing was changed. Choose another location, or another account.",
    });
  }
  return zones;
}
