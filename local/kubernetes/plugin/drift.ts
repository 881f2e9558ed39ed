import type { PropertyMap, PropertyValue } from "../../plugin/values";

/**
 * The inputs that would have led to the object as it is found now.
 *
 * An input stays as it was written where the live object has not changed since it was applied: the API server
 * rewrites values (`1000m` to `1`) and fills in defaults, and neither is drift. What the inputs never named is
 * left out.
 *
 * @param inputs as last applied
 * @param applied the live object as it was right after that
 * @param found the live object now
 */
export function driftedInputs(inputs: PropertyMap, applied: PropertyMap, found: PropertyMap): PropertyMap {
  const secret = isSecret(inputs);
  return (
    secret
      ? (drifted(inputs, withStringData(inputs, applied), withStringData(inputs, found)) as PropertyMap)
      : drifted(inputs, applied, found)
  ) as PropertyMap;
}

/** The inputs of an object that was not made by us: all of it but what the API server says about it. */
export function importedInputs(found: PropertyMap): PropertyMap {
  const { status, ...rest } = found;
  const {
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    managedFields,
    selfLink,
    ...metadata
  } = (rest.metadata ?? {}) as PropertyMap;
  const annotations = metadata.annotations as PropertyMap | undefined;
  if (annotations === undefined) {
    return { ...rest, metadata };
  }
  const kept = Object.entries(annotations).filter(([name]) => !SERVER_ANNOTATIONS.includes(name));
  const { annotations: _, ...others } = metadata;
  return {
    ...rest,
    metadata: kept.length === 0 ? others : { ...others, annotations: Object.fromEntries(kept) },
  };
}

const SERVER_ANNOTATIONS = [
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
];

function drifted(
  input: PropertyValue | undefined,
  applied: PropertyValue | undefined,
  found: PropertyValue | undefined,
): PropertyValue | undefined {
  if (input === undefined || equal(applied, found)) {
    return input;
  }
  if (isMap(input) && isMap(found)) {
    return Object.fromEntries(
      Object.entries(input)
        .map(([name, member]) => [
          name,
          drifted(member, isMap(applied) ? applied[name] : undefined, found[name]),
        ])
        .filter(([, member]) => member !== undefined),
    );
  }
  if (Array.isArray(input) && Array.isArray(found) && input.length === found.length) {
    return input.map((member, i) => {
      const changed = drifted(member, Array.isArray(applied) ? applied[i] : undefined, found[i]);
      return changed === undefined ? null : changed;
    });
  }
  return found;
}

function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function equal(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((member, i) => equal(member, other[i]));
  }
  if (isMap(one) && isMap(other)) {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => equal(one[name], other[name]));
  }
  return one === other;
}

function isSecret({ apiVersion, kind }: PropertyMap): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

/** A Secret's `stringData` can only be written; it comes back in `data`, encoded. */
function withStringData(inputs: PropertyMap, live: PropertyMap): PropertyMap {
  if (!isMap(inputs.stringData)) {
    return live;
  }
  const data = isMap(live.data) ? live.data : {};
  return {
    ...live,
    stringData: Object.fromEntries(
      Object.keys(inputs.stringData)
        .filter((name) => name in data)
        .map((name) => [name, Buffer.from(String(data[name]), "base64").toString("utf8")]),
    ),
  };
}
