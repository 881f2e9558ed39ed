import { availableParallelism } from "node:os";

/** How many runs of the CLI that only compute are useful at the same time. */
export const CPU_BOUND = availableParallelism();
