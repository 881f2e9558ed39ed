import { expect, test } from "vitest";
import { versionDescription } from "../../../components/rolling/plan/ownership";
import { releaseFor, releaseId } from "../../../components/rolling/plan/release";
import { releaseInService } from "./create-image";
import { commandsBack } from "./instance-in-aws";

const release = { stack: "chainfleet/shop", name: "shop", revision: "v2", id: releaseId("v2", []) };

test("an image has the revision that the group runs, which may be another one than that of the config", () => {
  const running = { ...release, revision: "v1", id: releaseId("v1", []) };
  const description = versionDescription(running, 6);
  expect(releaseInService({ description, version: 7 }, release)).toEqual(running);
});

test("an image of an instance that was itself made by create-image has the revision of the release", () => {
  const description = versionDescription(releaseFor("image", release, "k3x9q2a1"), 6);
  expect(releaseInService({ description, version: 7 }, release)).toEqual(release);
});

test("an image of a group that no release has reached is named after the launch template version", () => {
  const foreign = versionDescription({ ...release, stack: "chainfleet/other" }, 6);
  for (const description of [undefined, "by hand", foreign]) {
    expect(releaseInService({ description, version: 7 }, release)).toMatchObject({
      revision: "version-7",
      id: "version-7",
    });
  }
});

test("the commands for a shell quote the name of the group", () => {
  const group = { region: "eu-west-1", autoScalingGroup: "shop's web" };
  expect(commandsBack(group, "i-1")).toBe(
    "aws ec2 start-instances --region eu-west-1 --instance-ids i-1 && aws ec2 wait instance-running --region eu-west-1 --instance-ids i-1 && aws autoscaling exit-standby --region eu-west-1 --auto-scaling-group-name 'shop'\\''s web' --instance-ids i-1",
  );
});
