/** A process of the local target: a TypeScript file that serves on loopback ports until it receives SIGTERM. */
export interface Service {
  /** Name of the service, its record, its log and its state folder. @example "cloud" */
  readonly name: string;
  /** Path of the file to run, relative to the root of the checkout. */
  readonly entry: string;
  /** Names of the ports, as in the line with which the service announces its ports, and in its `--port-<name>` options. */
  readonly ports: readonly string[];
  /** Names of the services that must be ready first, because this service receives their ports as arguments. */
  readonly after: readonly string[];
  /** Arguments other than the ports and the state folder. The service is restarted when they change. */
  arguments(started: Started): readonly string[];
  /** Paths of the service's source files and folders, relative to the root. The service is restarted when they change. */
  readonly sources: readonly string[];
  /** Installs the programs that the service runs. Called before each start of the service. */
  prepare?(say: (line: string) => void): Promise<unknown>;
  /** The service is started only by a command with this option. @example "--aws" */
  readonly onlyWith?: string;
  /** Seconds after which the start of a service that is not ready counts as failed. */
  readonly readyWithin: number;
}

/** The ports and state folders of the services that are ready. */
export interface Started {
  port(service: string, name: string): number;
  stateFolder(service: string): string;
}
