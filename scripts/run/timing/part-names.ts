import type { Parts } from "./parts";

/** What each part of a run's time is called, and what happens in it; in the order in which the parts pass. */
export const PART_NAMES: readonly {
  readonly key: keyof Parts;
  readonly name: string;
  readonly what: string;
}[] = [
  {
    key: "beforeEngine",
    name: "before the engine",
    what: "an earlier run is recovered if it did not finish, the stack is locked, and the engine starts",
  },
  {
    key: "beforeFirstOperation",
    name: "before the first operation",
    what: "the program starts, checks the config and asks the clouds, and the engine compares what exists",
  },
  {
    key: "beforePath",
    name: "before the critical path",
    what: "other operations have begun, and the first of the critical path has not",
  },
  { key: "path", name: "on the critical path", what: "the operations of the longest chain" },
  {
    key: "betweenOperations",
    name: "between operations of the critical path",
    what: "the engine, the program or the limit of parallel operations keeps the next operation from starting",
  },
  {
    key: "afterPath",
    name: "after the critical path",
    what: "operations of other chains that started later are still running",
  },
  {
    key: "afterLastOperation",
    name: "after the last operation",
    what: "the engine writes the outputs and the state",
  },
  { key: "afterEngine", name: "after the engine", what: "the state is read for the summary" },
];
