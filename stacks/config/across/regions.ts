import { MOST_VALIDATORS_IN_SECRETS_MANAGER } from "../../../components/besu/keys/secrets-manager-documents";
import { FEWEST_VALIDATORS } from "../../../components/besu/quorum";
import { unknownVersionProblem } from "../../../components/cluster/versions";
import type { Finding } from "../../../components/finding";
import { findLocation, type LocatedCloud } from "../../../components/region/locations";
import { addressSpace, type Cidr, formatCidr, overlaps, parseCidr } from "../../../components/region/plan";
import { storeOfCloud } from "../fields/key-store";
import { MINOR_VERSION } from "../fields/region";
import { fieldsOf, outlineRegions, type RegionOutline } from "../outline";

/**
 * Checks the rules that relate several regions to each other. Works on the unchecked config, so that these findings
 * are reported together with those of the schema; a value that the schema refuses is ignored here.
 *
 * @param besu what the config says about Besu.
 */
export function acrossRegions(unchecked: unknown, besu?: unknown): Finding[] {
  if (!Array.isArray(unchecked)) {
    return [];
  }
  const regions = outlineRegions(unchecked).map((region, index) => ({ index, ...region }));
  return [
    ...duplicateNames(regions),
    ...overlappingCidrs(regions),
    ...tooFewValidators(regions),
    ...missingAddresses(regions),
    ...unknownVersions(regions),
    ...missingStores(regions, fieldsOf(besu).keyStore),
    ...tooManyKeys(regions, fieldsOf(besu).keyStore),
  ];
}

type IndexedRegion = RegionOutline & { readonly index: number };

function duplicateNames(regions: readonly IndexedRegion[]): Finding[] {
  return regions.flatMap(({ index, name }) => {
    const first = regions.findIndex((region) => region.name === name);
    return name === undefined || first === index
      ? []
      : [
          {
            key: `regions[${index}].name`,
            problem: `is "${name}", as is regions[${first}]; each region needs a name of its own`,
          },
        ];
  });
}

function overlappingCidrs(regions: readonly IndexedRegion[]): Finding[] {
  const spaces = regions.flatMap((region) => {
    const space = addressSpaceOf(region);
    return space === undefined ? [] : [{ region, space }];
  });
  return spaces.flatMap(({ region, space }, index) =>
    spaces
      .slice(0, index)
      // A region that is there twice has a finding about its name.
      .filter((earlier) => earlier.region.name !== region.name && overlaps(earlier.space, space))
      .map((earlier) => overlapFinding({ region, space }, earlier)),
  );
}

/** The finding names a key that the config has: the default address space follows from the location. */
function overlapFinding(
  { region, space }: { region: IndexedRegion; space: Cidr },
  earlier: { region: IndexedRegion; space: Cidr },
): Finding {
  const overlap = `overlaps ${formatCidr(earlier.space)} of region ${earlier.region.name ?? earlier.region.index}; give one of the two regions a cidr that does not overlap the other`;
  return region.cidr === undefined
    ? {
        key: `regions[${region.index}].${region.hasLocation ? "location" : "name"}`,
        problem: `is "${region.location}", whose address space ${formatCidr(space)} ${overlap}`,
      }
    : { key: `regions[${region.index}].cidr`, problem: `is ${formatCidr(space)}, which ${overlap}` };
}

/** Undefined if the region has no address space of its own, or if its cidr or location is invalid. */
function addressSpaceOf({ cloud, location, cidr }: IndexedRegion): Cidr | undefined {
  if (!isLocated(cloud) || (cidr !== undefined && parseCidr(cidr) === undefined)) {
    return undefined;
  }
  if (cidr === undefined && (location === undefined || findLocation(cloud, location) === undefined)) {
    return undefined;
  }
  return addressSpace({ cloud, location: location ?? "", cidr });
}

function isLocated(cloud: string | undefined): cloud is LocatedCloud {
  return cloud === "azure" || cloud === "aws";
}

function tooFewValidators(regions: readonly IndexedRegion[]): Finding[] {
  if (regions.length === 0) {
    return [
      {
        key: "regions",
        problem: `is missing; a network needs regions with at least ${FEWEST_VALIDATORS} validators together`,
      },
    ];
  }
  const sum = regions.reduce((count, { validators = 0 }) => count + validators, 0);
  return sum >= FEWEST_VALIDATORS
    ? []
    : [
        {
          key: "regions",
          problem: `have ${sum} validators together; QBFT needs at least ${FEWEST_VALIDATORS} to tolerate the failure of one validator`,
        },
      ];
}

/** The validators of an existing cluster have no address that is reachable from outside the cluster. */
function missingAddresses(regions: readonly IndexedRegion[]): Finding[] {
  return regions.flatMap(({ index, cloud, validators = 0, p2pAddresses }) =>
    cloud !== "kubernetes" || validators === 0 || p2pAddresses !== undefined || regions.length === 1
      ? []
      : [
          {
            key: `regions[${index}].p2pAddresses`,
            problem: `is missing; the other regions need one address for each of the ${validators} validators`,
          },
        ],
  );
}

function unknownVersions(regions: readonly IndexedRegion[]): Finding[] {
  return regions.flatMap(({ index, cloud, kubernetesVersion: version }) => {
    if (!isLocated(cloud) || version === undefined || !MINOR_VERSION.test(version)) {
      return [];
    }
    const problem = unknownVersionProblem({ cloud, version });
    return problem === undefined ? [] : [{ key: `regions[${index}].kubernetesVersion`, problem }];
  });
}

/** With `besu.keyStore: cloud`, a region in a cloud without a store must say where its keys are to be kept. */
function missingStores(regions: readonly IndexedRegion[], ofNetwork: unknown): Finding[] {
  return regions.flatMap(({ index, cloud, keyStore, validators = 0 }) =>
    ofNetwork !== "cloud" || keyStore !== undefined || validators === 0 || cloud !== "kubernetes"
      ? []
      : [
          {
            key: `regions[${index}].keyStore`,
            problem: `is missing; besu.keyStore is "cloud", and a region on ${cloud} has no store of its own for the validators' keys: set it to "kubernetes", which keeps them in Secrets of the cluster`,
          },
        ],
  );
}

/** The role that reads the keys of a region in Secrets Manager has room for the rights on so many of them. */
function tooManyKeys(regions: readonly IndexedRegion[], ofNetwork: unknown): Finding[] {
  return regions.flatMap(({ index, cloud, keyStore, validators = 0 }) =>
    cloud !== "aws" ||
    (keyStore ?? (ofNetwork === "cloud" ? storeOfCloud(cloud) : undefined)) !== "secretsManager" ||
    validators <= MOST_VALIDATORS_IN_SECRETS_MANAGER
      ? []
      : [
          {
            key: `regions[${index}].validators`,
            problem: `is ${validators}; a region whose validators' keys are in Secrets Manager has at most ${MOST_VALIDATORS_IN_SECRETS_MANAGER}, because the role that reads them has no room for more rights. Spread the validators over more regions, or set keyStore to "kubernetes"`,
          },
        ],
  );
}
