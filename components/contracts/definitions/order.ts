/** A list in dependency order, and the items that cannot be placed because they depend on each other. */
export interface Ordered<Item> {
  readonly ordered: readonly Item[];
  readonly circle: readonly Item[];
}

/**
 * Orders items so that each one comes after those that it depends on; otherwise the given order is kept. Dependencies
 * that are not among the items are ignored.
 *
 * @param keyOf the name that dependencies use for an item.
 * @param dependenciesOf the keys of the items that must come first.
 */
export function inDependencyOrder<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  dependenciesOf: (item: Item) => readonly string[],
): Ordered<Item> {
  const keys = new Set(items.map(keyOf));
  const placed = new Set<string>();
  const ordered: Item[] = [];
  let open = items;
  for (;;) {
    const ready = open.filter((item) =>
      dependenciesOf(item).every((dependency) => !keys.has(dependency) || placed.has(dependency)),
    );
    if (ready.length === 0) {
      return { ordered, circle: open };
    }
    for (const item of ready) {
      ordered.push(item);
      placed.add(keyOf(item));
    }
    open = open.filter((item) => !ready.includes(item));
  }
}
