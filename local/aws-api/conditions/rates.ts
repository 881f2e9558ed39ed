import type { Limit } from "../../cloud/engine/conditions/buckets";
import type { ServiceName } from "../account/moto-client";
import type { Structure } from "../protocol/service-model";

/**
 * The rate limits that a call has to pass.
 *
 * EC2: each action has a bucket of its own in each region, and actions that start, stop or end instances have a second
 * one that counts instances. Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 *
 * Auto Scaling: all actions share one bucket in each region
 * (https://repost.aws/knowledge-center/autoscaling-api-calls-throttled). AWS publishes neither its size nor its refill;
 * 40 (+10/s) is an assumption, and smaller than any figure of EC2's for reads.
 */
export function limitsOf(
  service: ServiceName,
  action: string,
  region: string,
  parameters: Structure,
): Limit[] {
  if (service === "autoscaling") {
    return [{ key: `${region}/autoscaling`, capacity: 40, refillPerSecond: 10 }];
  }
  const [capacity, refillPerSecond] = requestRate(action, parameters);
  const requests = { key: `${region}/${action}`, capacity, refillPerSecond };
  const resources = RESOURCE_RATES[action];
  return resources === undefined
    ? [requests]
    : [
        requests,
        {
          key: `${region}/${action}/instances`,
          capacity: resources[0],
          refillPerSecond: resources[1],
          tokens: instancesOf(parameters),
        },
      ];
}

type Rate = readonly [capacity: number, refillPerSecond: number];

function requestRate(action: string, parameters: Structure): Rate {
  if (/^(Describe|Get|List|Search)/.test(action)) {
    const isUnfiltered = Object.keys(parameters).length === 0;
    return isUnfiltered ? UNFILTERED : NON_MUTATING;
  }
  return UNCATEGORIZED[action] ?? MUTATING;
}

const NON_MUTATING: Rate = [100, 20];
/** A read that names neither ids nor filters nor a page size. */
const UNFILTERED: Rate = [50, 10];
const MUTATING: Rate = [50, 5];
const UNCATEGORIZED: Readonly<Record<string, Rate>> = {
  RunInstances: [5, 2],
  StartInstances: [5, 2],
};
const RESOURCE_RATES: Readonly<Record<string, Rate>> = {
  RunInstances: [1000, 2],
  StartInstances: [1000, 2],
  StopInstances: [1000, 20],
  TerminateInstances: [1000, 20],
};

function instancesOf({ InstanceIds, MaxCount }: Structure): number {
  return Array.isArray(InstanceIds) ? InstanceIds.length : Number(MaxCount ?? 1);
}
