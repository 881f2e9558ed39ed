/** A process of the local target: a TypeScript file that serves on loopback ports until it is told to end. */
export interface Service {
  /** Names its record, log and state folder: `cloud`. */
  readonly name: string;
  /** The file to run, from the checkout's root. */
  readonly entry: string;
  /** The names of its ports, as in its ready line and its `--port-<name>` arguments. */
  readonly ports: readonly string[];
  /** Services that have to be ready before it can start, because it is told their ports. */
  readonly after: readonly string[];
  /** Arguments beside ports and state; when they change, the service is restarted. */
  arguments(started: Started): readonly string[];
  /** Variables beside those of whoever starts it. */
  environment?(started: Started): Readonly<Record<string, string>>;
  /** Folders and files, from the root, whose change restarts it: what it was started from is then out of date. */
  readonly sources: readonly string[];
  /** Builds what it needs on first use. Called only before it is started. */
  prepare?(say: (line: string) => void): Promise<unknown>;
  /** Seconds within which it has to be ready. */
  readonly readyWithin: number;
}

/** What is known of the services that are ready: their ports, by service and name, and their state folders. */
export interface Started {
  port(service: string, name: string): number;
  stateFolder(service: string): string;
}
