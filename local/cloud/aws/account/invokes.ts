import type { PropertyMap } from "../../../plugin/values";
import type { Invoke } from "../../engine/cloud/dialect";
import { CloudError } from "../../engine/resources/errors";
import { objectsAt, stringAt, stringsAt } from "../../engine/resources/properties";
import { text } from "../api";
import { quotaOf, quotas, vcpusOf } from "./quotas";
import { isRegion, type Zone, zonesOf } from "./regions";

const getAvailabilityZones: Invoke = {
  operation: "ec2:DescribeAvailabilityZones",
  answer: (args, scope) => {
    const zones = zonesOf(scope.account, scope.region).filter(
      (zone) =>
        !stringsAt(args, "excludeNames").includes(zone.name) &&
        !stringsAt(args, "excludeZoneIds").includes(zone.id) &&
        (stringAt(args, "state") ?? "available") === "available" &&
        objectsAt(args, "filters").every((filter) => zoneMatches(filter, zone, scope.region)),
    );
    return {
      ...args,
      id: scope.region,
      region: scope.region,
      groupNames: [`${scope.region}-zg-1`],
      names: zones.map(({ name }) => name),
      zoneIds: zones.map(({ id }) => id),
    };
  },
};

const getCallerIdentity: Invoke = {
  operation: "sts:GetCallerIdentity",
  answer: (_, { account, principal, client }) => ({
    accountId: account,
    arn: principal,
    id: account,
    userId: client,
  }),
};

const getSessionContext: Invoke = {
  operation: "iam:GetRole",
  answer: (args) => ({
    ...args,
    id: text(args, "arn"),
    issuerArn: text(args, "arn"),
    issuerId: "",
    issuerName: "",
    sessionName: "",
  }),
};

const getInstanceType: Invoke = {
  operation: "ec2:DescribeInstanceTypes",
  answer: (args) => {
    const instanceType = text(args, "instanceType");
    return { ...args, id: instanceType, instanceType, defaultVcpus: vcpusOf(instanceType) };
  },
};

const getServiceQuota: Invoke = {
  operation: "servicequotas:GetServiceQuota",
  answer: (args, { region }, view) => {
    const code = text(args, "quotaCode");
    const quota = quotas[code];
    if (quota === undefined || quota.service !== text(args, "serviceCode")) {
      throw new CloudError(
        404,
        "NoSuchResourceException",
        `The request failed because the specified quota ${code} does not exist.`,
      );
    }
    return {
      ...args,
      id: code,
      region,
      quotaName: quota.name,
      value: quotaOf(code, view),
      defaultValue: quota.default,
      adjustable: true,
      globalQuota: false,
    };
  },
};

const getRegion: Invoke = {
  operation: "ec2:DescribeRegions",
  answer: (args, scope) => {
    const region = stringAt(args, "name") ?? stringAt(args, "region") ?? scope.region;
    if (!isRegion(region)) {
      throw new CloudError(
        400,
        "InvalidParameterValue",
        `finding Region by name (${region}): couldn't find resource`,
      );
    }
    return {
      id: region,
      name: region,
      region,
      description: region,
      endpoint: `ec2.${region}.amazonaws.com`,
    };
  },
};

const getPartition: Invoke = {
  operation: "partition",
  answer: () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
};

/** The functions that say what an account is and has, by their tokens. */
export const accountInvokes: ReadonlyMap<string, Invoke> = new Map([
  ["aws:index/getAvailabilityZones:getAvailabilityZones", getAvailabilityZones],
  ["aws:index/getCallerIdentity:getCallerIdentity", getCallerIdentity],
  ["aws:index/getRegion:getRegion", getRegion],
  ["aws:index/getPartition:getPartition", getPartition],
  ["aws:ec2/getInstanceType:getInstanceType", getInstanceType],
  ["aws:iam/getSessionContext:getSessionContext", getSessionContext],
  ["aws:servicequotas/getServiceQuota:getServiceQuota", getServiceQuota],
]);

function zoneMatches(filter: PropertyMap, zone: Zone, region: string): boolean {
  const zoneProperties: Record<string, string> = {
    "zone-name": zone.name,
    "zone-id": zone.id,
    "region-name": region,
    "opt-in-status": "opt-in-not-required",
    "zone-type": "availability-zone",
    state: "available",
  };
  return stringsAt(filter, "values").includes(zoneProperties[text(filter, "name")] ?? "");
}
