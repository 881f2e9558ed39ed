/** One thing that is wrong with a config: which key (`regions[1].validators`), what, and what would be right. */
export interface Finding {
  readonly key: string;
  readonly problem: string;
}

/** What is in a list or an object, each with its key. @example `args.owners[1]` of the list at `args.owners` */
export function entriesAt(key: string, value: object): (readonly [key: string, inner: unknown])[] {
  return Object.entries(value).map(([name, inner]) => [
    Array.isArray(value) ? `${key}[${name}]` : `${key}.${name}`,
    inner,
  ]);
}
