/** One thing that is wrong with a config. Key and problem together are one sentence. */
export interface Finding {
  /** The key that is wrong. @example "regions[1].validators" */
  readonly key: string;
  /** What is wrong, and what would be right. @example "is -1; must not be negative" */
  readonly problem: string;
}

/** The entries of a list or an object, each with its key. @example `args.owners[1]` in the list at `args.owners` */
export function entriesAt(key: string, value: object): (readonly [key: string, entry: unknown])[] {
  return Object.entries(value).map(([name, entry]) => [
    Array.isArray(value) ? `${key}[${name}]` : `${key}.${name}`,
    entry,
  ]);
}
