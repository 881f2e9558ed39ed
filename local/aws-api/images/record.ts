import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";

/** What moto does not know about an image. */
export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  state: "pending" | "available";
  readonly rootDevice: string;
  /** One mapping for each volume, with its snapshot; moto gives every image one volume of 15 GiB. */
  readonly mappings: readonly BlockDeviceMapping[];
  /** The snapshot that moto makes for each image by itself. No answer shows it. */
  readonly motoSnapshot: string;
  /** The folder with the copy of the instance's disk. */
  readonly disk: string;
  /** The user names that the image's instances accept over SSH. */
  readonly users: readonly string[];
}

/** What moto does not know about a snapshot. */
export interface SnapshotRecord {
  readonly id: string;
  state: "pending" | "completed";
  /** Simulated seconds at which the snapshot began and will be complete. */
  readonly from: number;
  readonly until: number;
}
