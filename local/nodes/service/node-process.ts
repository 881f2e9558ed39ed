import type { Fault } from "../../qbft/node";
import type { Listener } from "./pod-network";
import type { BesuPod } from "./pods";

/**
 * What runs the Besu of a pod. The simulation does here; processes of a real Besu can take its place behind the same pods, and
 * everything that reaches nodes through the Kubernetes API then reaches them.
 */
export interface NodeRunner {
  /**
   * Starts the node of a pod on the pod's volume.
   *
   * @throws Error if Besu would end at its start, with the reason.
   */
  start(pod: BesuPod): Promise<NodeProcess>;
  /** Forgets the data of all other volumes. */
  keepVolumes(volumes: ReadonlySet<string>): void;
}

/** A running node. */
export interface NodeProcess {
  /** Who listens at a port; undefined if nobody does, as before the servers are up. */
  listener(port: number): Listener | undefined;
  stop(): void;
  setFault(fault: Fault): void;
  /** What the node is doing, for tests. */
  describe(): object;
}
