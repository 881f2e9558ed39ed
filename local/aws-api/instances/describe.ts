import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Filter,
  Instance as InstanceDescription,
  Reservation,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { ApiError } from "../protocol/errors";
import { type Instance, type InstanceStateName, STATE_CODES } from "./instance";

/** DescribeInstances: moto's answer with the states and addresses that this service knows. */
export async function describeInstances(
  region: Region,
  request: DescribeInstancesRequest,
): Promise<DescribeInstancesResult> {
  const { own, others } = separate(request.Filters ?? []);
  const { Filters: _, ...rest } = request;
  const answer = await region.ec2<DescribeInstancesResult>("DescribeInstances", {
    ...rest,
    ...(others.length > 0 && { Filters: others }),
    // moto's own default is 100 reservations; AWS has none for a request without ids.
    ...(request.MaxResults === undefined && request.InstanceIds === undefined && { MaxResults: 1_000_000 }),
  });
  const reservations = (answer.Reservations ?? [])
    .map((reservation) => describeReservation(region, reservation))
    .map((reservation) => ({
      ...reservation,
      Instances: (reservation.Instances ?? []).filter((instance) => matchesAll(instance, own)),
    }))
    .filter(({ Instances }) => Instances.length > 0);
  return { Reservations: reservations, ...(answer.NextToken && { NextToken: answer.NextToken }) };
}

/** DescribeInstanceStatus: the checks are `initializing` until sshd answers. */
export async function describeInstanceStatus(
  region: Region,
  request: DescribeInstanceStatusRequest,
): Promise<DescribeInstanceStatusResult> {
  const answer = await region.ec2<DescribeInstanceStatusResult>("DescribeInstanceStatus", {
    ...request,
    IncludeAllInstances: true,
  });
  const statuses = (answer.InstanceStatuses ?? []).map((status) => {
    const instance = region.instances.get(status.InstanceId ?? "");
    if (instance === undefined) {
      return status;
    }
    const checks =
      instance.state !== "running"
        ? ({ Status: "not-applicable" } as const)
        : instance.isReachable
          ? ({ Status: "ok", Details: [{ Name: "reachability", Status: "passed" }] } as const)
          : ({
              Status: "initializing",
              Details: [{ Name: "reachability", Status: "initializing" }],
            } as const);
    return {
      ...status,
      InstanceState: stateOf(instance.state),
      InstanceStatus: {
        ...checks,
        ...(checks.Status !== "not-applicable" && { Details: [...checks.Details] }),
      },
      SystemStatus: {
        ...checks,
        ...(checks.Status !== "not-applicable" && { Details: [...checks.Details] }),
      },
    };
  });
  return {
    ...answer,
    InstanceStatuses: request.IncludeAllInstances
      ? statuses
      : statuses.filter(({ InstanceState }) => InstanceState?.Name === "running"),
  } as DescribeInstanceStatusResult;
}

/** A reservation of moto, with its instances as this service knows them. */
export function describeReservation(region: Region, reservation: Reservation): Reservation {
  return {
    ...reservation,
    Instances: (reservation.Instances ?? []).map((description) => {
      const instance = region.instances.get(description.InstanceId ?? "");
      return instance === undefined ? description : describe(instance, description);
    }),
  };
}

export function stateOf(name: InstanceStateName): { Code: number; Name: InstanceStateName } {
  return { Code: STATE_CODES[name], Name: name };
}

/**
 * A stopped instance has no public address, and a terminated one none at all.
 * Source, also of the form of the names: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
 */
function describe(instance: Instance, description: InstanceDescription): InstanceDescription {
  const { state, address, launch, region } = instance;
  const { PublicIpAddress: _, PrivateIpAddress: __, NetworkInterfaces, ...rest } = description;
  const hasPublic = state === "pending" || state === "running";
  const hasPrivate = state !== "terminated";
  const inVirginia = region.name === "us-east-1";
  const dashed = address.replaceAll(".", "-");
  return {
    ...rest,
    State: stateOf(state),
    PrivateDnsName: hasPrivate
      ? `ip-${dashed}.${inVirginia ? "ec2" : `${region.name}.compute`}.internal`
      : "",
    PublicDnsName: hasPublic
      ? `ec2-${dashed}.${inVirginia ? "compute-1" : `${region.name}.compute`}.amazonaws.com`
      : "",
    ...(hasPrivate && { PrivateIpAddress: address }),
    ...(hasPublic && { PublicIpAddress: address }),
    ...(launch.clientToken !== undefined && { ClientToken: launch.clientToken }),
    NetworkInterfaces: hasPrivate
      ? (NetworkInterfaces ?? []).map(({ Association: ___, ...networkInterface }) => ({
          ...networkInterface,
          PrivateIpAddress: address,
          PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: address }],
          ...(hasPublic && { Association: { IpOwnerId: "amazon", PublicIp: address } }),
        }))
      : [],
  };
}

const OWN_FILTERS: Readonly<Record<string, (instance: InstanceDescription) => string | undefined>> = {
  "instance-state-name": ({ State }) => State?.Name,
  "instance-state-code": ({ State }) => String(State?.Code),
  "private-ip-address": ({ PrivateIpAddress }) => PrivateIpAddress,
  "ip-address": ({ PublicIpAddress }) => PublicIpAddress,
  "client-token": ({ ClientToken }) => ClientToken,
};

/** Separates the filters that depend on what only this service knows from those that moto can apply. */
function separate(filters: readonly Filter[]): { own: readonly Filter[]; others: readonly Filter[] } {
  return {
    own: filters.filter(({ Name = "" }) => Name in OWN_FILTERS),
    others: filters.filter(({ Name = "" }) => !(Name in OWN_FILTERS)),
  };
}

function matchesAll(instance: InstanceDescription, filters: readonly Filter[]): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    const actual = OWN_FILTERS[Name]?.(instance);
    return actual !== undefined && Values.includes(actual);
  });
}

/** The records of these instances. @throws {ApiError} InvalidInstanceID.NotFound if one does not exist. */
export function instancesById(region: Region, ids: readonly string[]): Instance[] {
  const missing = ids.filter((id) => !region.instances.has(id));
  if (missing.length > 0) {
    const text =
      missing.length === 1
        ? `The instance ID '${missing[0]}' does not exist`
        : `The instance IDs '${missing.join(", ")}' do not exist`;
    throw new ApiError("InvalidInstanceID.NotFound", text);
  }
  return ids.flatMap((id) => region.instances.get(id) ?? []);
}
