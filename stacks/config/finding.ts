/** One thing that is wrong: which key (`regions[1].validators`), what, and what would be right. */
export interface Finding {
  readonly key: string;
  readonly problem: string;
}
