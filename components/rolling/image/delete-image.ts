import { DeleteSnapshotCommand, DeregisterImageCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";
import { describeImage } from "./describe-image";

/** Deletes an image and the snapshots of all its volumes. An image that does not exist is no error. */
export async function deleteImage(region: string, imageId: string): Promise<void> {
  const image = await describeImage(region, imageId);
  const snapshots = (image?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  await ec2(region)
    .send(new DeregisterImageCommand({ ImageId: imageId }))
    .catch((error: unknown) => {
      if (!isAwsError(error, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")) {
        throw error;
      }
    });
  await Promise.all(snapshots.map((snapshot) => deleteSnapshot(region, snapshot)));
}

/** A snapshot that does not exist is no error. */
export async function deleteSnapshot(region: string, snapshotId: string): Promise<void> {
  await ec2(region)
    .send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }))
    .catch((error: unknown) => {
      if (!isAwsError(error, "InvalidSnapshot.NotFound")) {
        throw error;
      }
    });
}
