import type { Problem, ResourceRule } from "./rule";
import { fields, isUnknown, list } from "./values";

/**
 * Azure encrypts every managed disk (https://learn.microsoft.com/azure/virtual-machines/disk-encryption-overview), so only AWS
 * has disks to check. A disk whose settings come from the account, such as the root disk of an EKS node without a mapping of its
 * own, is not in any resource; `chainfleet doctor` asks the account.
 */
export const diskEncryption: ResourceRule = {
  code: "POLICY_UNENCRYPTED_DISK",
  description: "Every disk that a resource describes is encrypted.",
  ofResource: ({ type, properties }) => {
    switch (type) {
      case "kubernetes:storage.k8s.io/v1:StorageClass":
        return properties.provisioner === "ebs.csi.aws.com"
          ? unless(fields(properties.parameters).encrypted, {
              problem: "makes volumes on AWS without encryption",
              next: 'Set parameters.encrypted to "true".',
            })
          : [];
      case "aws:ebs/volume:Volume":
        return unless(properties.encrypted, { problem: "is not encrypted", next: "Set encrypted to true." });
      case "aws:ec2/launchTemplate:LaunchTemplate":
        return list(properties.blockDeviceMappings)
          .map(fields)
          .flatMap(({ ebs, deviceName }) =>
            ebs === undefined
              ? []
              : unless(fields(ebs).encrypted, {
                  problem: `gives machines the disk ${String(deviceName)} without encryption`,
                  next: 'Set blockDeviceMappings[].ebs.encrypted to "true".',
                }),
          );
      default:
        return [];
    }
  },
};

function unless(isEncrypted: unknown, problem: Problem): Problem[] {
  return isUnknown(isEncrypted) || String(isEncrypted) === "true" ? [] : [problem];
}
