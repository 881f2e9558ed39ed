import type { Stage } from "./stage";

/**
 * One piece of work of a stage. A task consists of parts, such as the files of a test suite or the stacks of a check; only
 * the parts whose inputs have changed since they last succeeded are worked on.
 */
export interface Task {
  /** Unique in the pipeline. @example "unit-tests" */
  readonly name: string;
  readonly stage: Stage;
  /** The names of the tasks that must have succeeded before. */
  readonly after: readonly string[];
  /** What each part is made from, by the name of the part. */
  readonly parts: ReadonlyMap<string, PartInputs>;
  /**
   * `run`: what the task makes ends with the run. Such a task is worked on exactly if a task directly after it is, and its result
   * is not kept.
   *
   * @default what the task makes lasts
   */
  readonly lasts?: "run";
}

/** Everything that decides the result of a part. */
export interface PartInputs {
  /** Paths from the project's root. A path without a file counts too: the file's creation is a change. */
  readonly files: readonly string[];
  /** Inputs that are no files. @example the version of Node.js */
  readonly values?: readonly string[];
}

/** The content hashes of the project's files, by path from the project's root. */
export type FileHashes = ReadonlyMap<string, string>;

/** A hash of all inputs of a part. */
export type Fingerprint = string;

/** The fingerprints with which parts last succeeded, by task and part. */
export type KeptResults = ReadonlyMap<string, ReadonlyMap<string, Fingerprint>>;
