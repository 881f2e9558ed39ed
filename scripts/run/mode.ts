/** The operation of a run, as its record names it. */
export type Mode = "up" | "destroy";
