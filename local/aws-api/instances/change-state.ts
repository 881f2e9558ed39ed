import type {
  InstanceAttribute,
  InstanceStateChange,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { ApiError } from "../protocol/errors";
import { instancesById, stateOf } from "./describe";
import type { Instance, InstanceStateName } from "./instance";

/*
 * Which state allows which change. A request that names one instance in another state changes none.
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html and IncorrectInstanceState in
 * https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 */

export async function stopInstances(
  region: Region,
  request: StopInstancesRequest,
): Promise<StopInstancesResult> {
  const instances = instancesById(region, request.InstanceIds ?? []);
  requireState(instances, ["running", "stopping", "stopped"], "stopped");
  return {
    StoppingInstances: instances.map((instance) => change(instance, ["running"], () => instance.stop())),
  };
}

export async function startInstances(
  region: Region,
  request: StartInstancesRequest,
): Promise<StartInstancesResult> {
  const instances = instancesById(region, request.InstanceIds ?? []);
  requireState(instances, ["pending", "running", "stopped"], "started");
  return {
    StartingInstances: instances.map((instance) => change(instance, ["stopped"], () => instance.start())),
  };
}

export async function rebootInstances(region: Region, request: StopInstancesRequest): Promise<object> {
  const instances = instancesById(region, request.InstanceIds ?? []);
  requireState(instances, ["running"], "rebooted");
  for (const instance of instances) {
    instance.reboot();
  }
  return {};
}

/**
 * TerminateInstances. Termination of a terminated instance succeeds without effect.
 *
 * @throws {ApiError} OperationNotPermitted if an instance has termination protection; then none is terminated.
 */
export async function terminateInstances(
  region: Region,
  request: TerminateInstancesRequest,
): Promise<TerminateInstancesResult> {
  const instances = instancesById(region, request.InstanceIds ?? []);
  await Promise.all(instances.map(requireNoTerminationProtection));
  return {
    TerminatingInstances: instances.map((instance) =>
      change(instance, ["pending", "running", "stopping", "stopped"], () => instance.terminate()),
    ),
  };
}

/** Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html */
async function requireNoTerminationProtection({ id, region }: Instance): Promise<void> {
  const { DisableApiTermination } = await region.ec2<InstanceAttribute>("DescribeInstanceAttribute", {
    InstanceId: id,
    Attribute: "disableApiTermination",
  });
  if (DisableApiTermination?.Value) {
    throw new ApiError(
      "OperationNotPermitted",
      `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
}

function change(
  instance: Instance,
  from: readonly InstanceStateName[],
  begin: () => void,
): InstanceStateChange {
  const previous = stateOf(instance.state);
  if (from.includes(instance.state)) {
    begin();
  }
  return { InstanceId: instance.id, PreviousState: previous, CurrentState: stateOf(instance.state) };
}

function requireState(
  instances: readonly Instance[],
  allowed: readonly InstanceStateName[],
  verb: string,
): void {
  const wrong = instances.find(({ state }) => !allowed.includes(state));
  if (wrong !== undefined) {
    throw new ApiError(
      "IncorrectInstanceState",
      `The instance '${wrong.id}' is not in a state from which it can be ${verb}.`,
    );
  }
}
