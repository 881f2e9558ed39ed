/** A key of a map that names the same thing as an earlier key. */
export interface RepeatedKey {
  readonly key: string;
  readonly first: string;
}

/** The keys of a map that become equal once they are normalised: the map's reader would keep only the last of them. */
export function repeatedKeys(map: object, normalised: (key: string) => string): RepeatedKey[] {
  const firstKeys = new Map<string, string>();
  return Object.keys(map).flatMap((key) => {
    const first = firstKeys.get(normalised(key));
    firstKeys.set(normalised(key), first ?? key);
    return first === undefined ? [] : [{ key, first }];
  });
}
