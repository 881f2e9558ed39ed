import type { core } from "zod";
import { FEWEST_VALIDATORS } from "../../components/besu/quorum";
import type { Finding } from "../../components/finding";
import { findLocation, type LocatedCloud, locations } from "../../components/region/locations";
import { addressSpace, type Cidr, formatCidr, overlaps, parseCidr } from "../../components/region/plan";
import { suggestion } from "../../components/suggestion";
import { acrossContracts } from "./across-contracts";
import { ConfigError } from "./config-error";
import { outlineRegions, type RegionOutline } from "./outline";
import { type Config, configSchema, regionSchema } from "./schema";

/**
 * Reads the config of a stack.
 *
 * @param values the keys under `chainfleet:` with their values as Pulumi hands them over: text, JSON where the
 *   value is structured.
 * @param file the file they come from, for the message.
 * @throws ConfigError with all findings at once.
 */
export function readConfig(values: Readonly<Record<string, string>>, file: string): Config {
  const raw = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, parse(value)]));
  const parsed = configSchema.safeParse(raw);
  const findings = [
    ...(parsed.success ? [] : lastOfEachKey(parsed.error.issues.flatMap((issue) => describe(issue, raw)))),
    ...(raw.stack === "contracts" ? [] : acrossRegions(raw.regions ?? [])),
    ...acrossContracts(raw),
  ];
  if (!parsed.success || findings.length > 0) {
    throw new ConfigError(findings, file);
  }
  return parsed.data;
}

/** A value may break several rules of its key; the last one, the narrowest, says what would be right. */
function lastOfEachKey(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.key, finding])).values()];
}

function parse(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function describe(issue: core.$ZodIssue, raw: unknown): Finding[] {
  const key = path(issue.path);
  const found = at(raw, issue.path);
  if (mayBeSecret(issue)) {
    return [{ key, problem: found === undefined ? "is missing" : `${issue.message} (it is not shown here)` }];
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => ({
        key: path([...issue.path, unknown]),
        problem: `is not a key here${suggestion(unknown, keysAt(issue.path, found))}`,
      }));
    case "invalid_union":
      if (issue.discriminator === undefined) {
        return [{ key, problem: `is ${show(found)}; ${issue.message}` }];
      }
      return [
        {
          key: path([...issue.path]),
          problem: `is ${show(found)}; must be one of azure, aws, kubernetes`,
        },
      ];
    case "invalid_type":
      return found === undefined
        ? [{ key, problem: `is missing; must be ${wanted(issue.expected)}` }]
        : [{ key, problem: `is ${show(found)}; must be ${wanted(issue.expected)}` }];
    case "invalid_value":
      return [{ key, problem: `is ${show(found)}; must be one of ${issue.values.join(", ")}` }];
    case "invalid_key":
      return [{ key, problem: issue.issues[0]?.message ?? issue.message }];
    default:
      return [{ key, problem: `${found === undefined ? "" : `is ${show(found)}; `}${issue.message}` }];
  }
}

/** Its value may be a private key in the wrong place. A key that is unknown shows none, and a checksum is an address'. */
function mayBeSecret({ path: [first, ...rest], code }: core.$ZodIssue): boolean {
  return (
    first === "keys" ||
    rest.at(-1) === "apiKey" ||
    (rest.includes("sender") && code !== "unrecognized_keys" && code !== "custom")
  );
}

/** The types of the schema in words. */
function wanted(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "text",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
    int: "a whole number",
  };
  return words[type] ?? `a ${type}`;
}

/**
 * What no schema of one region can see. Works on the raw values, so that these findings come together with
 * those of the schema; a value that the schema refuses is passed over here.
 */
function acrossRegions(raw: unknown): Finding[] {
  if (!Array.isArray(raw)) {
    return [];
  }
  const regions = outlineRegions(raw).map((region, index) => ({ index, ...region }));
  return [
    ...twice(regions),
    ...unknownLocations(regions),
    ...overlapping(regions),
    ...tooFew(regions),
    ...missingAddresses(regions),
  ];
}

type Indexed = RegionOutline & { readonly index: number };

function twice(regions: readonly Indexed[]): Finding[] {
  return regions.flatMap(({ index, name }) => {
    const first = regions.findIndex((other) => other.name === name);
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

function unknownLocations(regions: readonly Indexed[]): Finding[] {
  return regions.flatMap(({ index, cloud, location }) =>
    isLocated(cloud) && location !== undefined && findLocation(cloud, location) === undefined
      ? [
          {
            key: `regions[${index}].location`,
            problem: `is "${location}", which is no location of ${cloud}${suggestion(
              location,
              locations(cloud).map((known) => known.name),
            )}`,
          },
        ]
      : [],
  );
}

function overlapping(regions: readonly Indexed[]): Finding[] {
  const spaces = regions.flatMap((region) => {
    const space = spaceOf(region);
    return space === undefined ? [] : [{ region, space }];
  });
  return spaces.flatMap(({ region, space }, index) =>
    spaces
      .slice(0, index)
      .filter((other) => overlaps(other.space, space))
      .map((other) => ({
        key: `regions[${region.index}].cidr`,
        problem: `is ${formatCidr(space)}, which overlaps ${formatCidr(other.space)} of region ${other.region.name ?? other.region.index}; give one of them a cidr apart from the other`,
      })),
  );
}

function spaceOf({ cloud, location, cidr }: Indexed): Cidr | undefined {
  if (!isLocated(cloud) || (cidr !== undefined && parseCidr(cidr) === undefined)) {
    return undefined;
  }
  if (cidr === undefined && (location === undefined || findLocation(cloud, location) === undefined)) {
    return undefined;
  }
  return addressSpace({ cloud, location: location ?? "", cidr });
}

function tooFew(regions: readonly Indexed[]): Finding[] {
  const validators = regions.reduce((sum, region) => sum + (region.validators ?? 0), 0);
  return validators >= FEWEST_VALIDATORS
    ? []
    : [
        {
          key: "regions",
          problem: `have ${validators} validators together; QBFT needs at least ${FEWEST_VALIDATORS} to bear one that fails`,
        },
      ];
}

function missingAddresses(regions: readonly Indexed[]): Finding[] {
  return regions.flatMap(({ index, cloud, validators = 0, p2pAddresses }) => {
    if (cloud !== "kubernetes" || validators === 0 || (p2pAddresses === undefined && regions.length === 1)) {
      return [];
    }
    return (p2pAddresses ?? []).length === validators
      ? []
      : [
          {
            key: `regions[${index}].p2pAddresses`,
            problem: `has ${p2pAddresses?.length ?? 0} addresses for ${validators} validators; the other regions need one of each`,
          },
        ];
  });
}

function isLocated(cloud: string | undefined): cloud is LocatedCloud {
  return cloud === "azure" || cloud === "aws";
}

function path(keys: readonly PropertyKey[]): string {
  return keys
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function at(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The keys that the schema knows at a place; for a region they depend on its cloud. */
function keysAt(keys: readonly PropertyKey[], found: unknown): string[] {
  if (keys[0] === "regions" && keys.length === 2) {
    const cloud = (found as { cloud?: unknown } | undefined)?.cloud;
    const option = regionSchema.options.find((one) => one.shape.cloud.value === cloud);
    return option === undefined ? [] : Object.keys(option.shape);
  }
  return Object.keys(unwrapped(keys.reduce<unknown>(inside, configSchema)).shape ?? {});
}

/** What zod keeps of a schema, as far as keys are looked up in it. */
interface Definition {
  readonly innerType?: unknown;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
}

/** The schema of a key's value: of an object by its name, of a record or list the same for every key. */
function inside(schema: unknown, key: PropertyKey): unknown {
  const { shape, valueType, element } = unwrapped(schema);
  return shape?.[String(key)] ?? valueType ?? element;
}

/** Without what defaults and optionality wrap around it. */
function unwrapped(schema: unknown): Definition {
  const definition = (schema as { def?: Definition } | undefined)?.def ?? {};
  return definition.innerType === undefined ? definition : unwrapped(definition.innerType);
}
