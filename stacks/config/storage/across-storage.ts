import type { Finding } from "../../../components/finding";
import { FIO_PROFILES } from "../../../components/storage/fio/profiles";
import { fieldsOf } from "../outline";
import { DEFAULT_RAMP_SECONDS, DEFAULT_RUNTIME_SECONDS, DEFAULT_TEST_SECONDS } from "./storage-schema";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the rules that relate `storage` to the rest of the config, and its lists to each other. Works on the unchecked
 * config, so that these findings are reported together with those of the schema.
 */
export function acrossStorage(config: Fields): Finding[] {
  if (config.stack !== "storage") {
    return config.storage === undefined
      ? []
      : [{ key: "storage", problem: "would not be tested: set chainfleet:stack to storage" }];
  }
  if (config.storage === undefined) {
    return [{ key: "storage", problem: "is missing; the stack storage tests pools of storage" }];
  }
  const storage = fieldsOf(config.storage);
  return [
    ...repeated("pools", storage.pools, "name"),
    ...repeated("vmSizes", storage.vmSizes, "name"),
    ...["pvcSizes", "concurrency", "profiles", "blockSizes"].flatMap((key) => repeated(key, storage[key])),
    ...unknownPools(storage),
    ...tooLongProfiles(storage),
  ];
}

/** Values that a list contains twice. @param field the field that must differ, if the list's entries are objects. */
function repeated(key: string, entries: unknown, field?: string): Finding[] {
  const list: readonly unknown[] = Array.isArray(entries) ? entries : [];
  const values = list.map((entry) => (field === undefined ? entry : fieldsOf(entry)[field]));
  return values.flatMap((value, index) =>
    value === undefined || values.indexOf(value) === index
      ? []
      : [
          {
            key: `storage.${key}[${index}]${field === undefined ? "" : `.${field}`}`,
            problem: `is ${JSON.stringify(value)}, as is that of storage.${key}[${values.indexOf(value)}]; each must be named once`,
          },
        ],
  );
}

/** Profiles whose jobs take longer than a test may take. A value that is not set or wrong is left to the schema. */
function tooLongProfiles({ fio, testSeconds, profiles }: Fields): Finding[] {
  const { runtimeSeconds = DEFAULT_RUNTIME_SECONDS, rampSeconds = DEFAULT_RAMP_SECONDS } = fieldsOf(fio);
  const limit = testSeconds ?? DEFAULT_TEST_SECONDS;
  if (typeof runtimeSeconds !== "number" || typeof rampSeconds !== "number" || typeof limit !== "number") {
    return [];
  }
  return FIO_PROFILES.filter(({ name }) => !Array.isArray(profiles) || profiles.includes(name)).flatMap(
    ({ name, jobs }) => {
      const seconds = jobs.length * (runtimeSeconds + rampSeconds);
      return seconds < limit
        ? []
        : [
            {
              ...(testSeconds === undefined
                ? {
                    key: "storage.fio",
                    problem: `lets the ${jobs.length} jobs of the profile ${name} alone take ${seconds} s; a test may take ${limit} s (testSeconds)`,
                  }
                : {
                    key: "storage.testSeconds",
                    problem: `is ${limit}, and the ${jobs.length} jobs of the profile ${name} alone take ${seconds} s`,
                  }),
            },
          ];
    },
  );
}

function unknownPools({ pools, select }: Fields): Finding[] {
  const names = (Array.isArray(pools) ? pools : []).map((pool) => fieldsOf(pool).name);
  const selected = fieldsOf(select).pools;
  return (Array.isArray(selected) ? selected : []).flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            key: `storage.select.pools[${index}]`,
            problem: `is ${JSON.stringify(name)}; the pools are ${names.join(", ")}`,
          },
        ],
  );
}
