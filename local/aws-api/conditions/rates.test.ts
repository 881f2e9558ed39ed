import { describe, expect, it } from "vitest";
import { Buckets } from "../../cloud/engine/conditions/buckets";
import type { Structure } from "../protocol/service-model";
import { limitsOf } from "./rates";

/** How many calls pass at once, out of `calls`. */
function passing(
  calls: number,
  service: "ec2" | "autoscaling",
  action: string,
  parameters: Structure,
): number {
  const buckets = new Buckets();
  let passed = 0;
  for (let i = 0; i < calls; i += 1) {
    passed += buckets.take(limitsOf(service, action, "eu-west-1", parameters), 0) === 0 ? 1 : 0;
  }
  return passed;
}

describe("the rate limits", () => {
  it.each([
    ["ec2", "DescribeInstances", { InstanceIds: ["i-1"] }, 100],
    ["ec2", "DescribeInstances", {}, 50],
    ["ec2", "CreateImage", { InstanceId: "i-1" }, 50],
    ["ec2", "RunInstances", { MaxCount: 1 }, 5],
    ["autoscaling", "DescribeAutoScalingGroups", {}, 40],
  ] as const)("of %s let %s with %j pass %i times at once", (service, action, parameters, count) => {
    expect(passing(200, service, action, parameters)).toBe(count);
  });

  it("of RunInstances count instances too", () => {
    const buckets = new Buckets();
    const take = (count: number, now: number) =>
      buckets.take(limitsOf("ec2", "RunInstances", "eu-west-1", { MaxCount: count }), now);
    expect(take(1000, 0)).toBe(0);
    expect(take(4, 0)).toBe(2);
    expect(take(4, 2)).toBe(0);
  });

  it("are counted for each action and region in EC2, and for each region in Auto Scaling", () => {
    const keys = (service: "ec2" | "autoscaling", action: string, region: string) =>
      limitsOf(service, action, region, {}).map(({ key }) => key);
    expect(keys("ec2", "CreateImage", "eu-west-1")).not.toEqual(keys("ec2", "CreateTags", "eu-west-1"));
    expect(keys("ec2", "CreateImage", "eu-west-1")).not.toEqual(keys("ec2", "CreateImage", "us-east-1"));
    expect(keys("autoscaling", "A", "eu-west-1")).toEqual(keys("autoscaling", "B", "eu-west-1"));
  });
});
