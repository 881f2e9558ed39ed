import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { askClouds, type LookupQuestions } from "./lookup";

const DEFAULT_SUBSCRIPTION = "00000000-0000-0000-0000-00000000000d";
const DEFAULT_ACCOUNT = "000000000000";
const SECRET_ARN = "arn:aws:secretsmanager:us-west-2:1:secret:chain138-us-west-2-validator-0-AbCdEf";
const ASSOCIATION_ARN = "arn:aws:eks:us-west-2:1:podidentityassociation/chain138-us-west-2/a-1";
const questions: LookupQuestions = {
  stackTag: "chainfleet/dev",
  azureSubscriptions: [],
  config: {},
  awsPlaces: [],
  subnets: [],
};

/** The clouds answer for the account of the provider that asks, or for the default one of the machine. */
beforeEach(async () => {
  const settings = new Map<string, Record<string, string>>();
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      settings.set(name, inputs);
      return { id: name, state: inputs };
    },
    call: ({ token, provider = "" }) => {
      const { subscriptionId = DEFAULT_SUBSCRIPTION, profile = "default" } =
        settings.get(provider.split("::").at(-1) ?? "") ?? {};
      switch (token) {
        case "azure-native:authorization:getClientConfig":
          return { subscriptionId };
        case "aws:index/getCallerIdentity:getCallerIdentity":
          return { accountId: profile === "production" ? "111111111111" : DEFAULT_ACCOUNT };
        case "aws:resourcegroupstaggingapi/getResources:getResources":
          return {
            resourceTagMappingLists: [
              { resourceArn: "arn:aws:ec2:us-west-2:1:vpc/vpc-1", tags: { Name: "chain138-us-west-2-vpc" } },
              { resourceArn: SECRET_ARN, tags: { Name: "chain138-us-west-2-validator-0" } },
              { resourceArn: ASSOCIATION_ARN, tags: { Name: "chain138-us-west-2-keys" } },
            ],
          };
        case "aws:ec2/getRouteTable:getRouteTable":
          return { associations: [{ subnetId: "subnet-1", routeTableId: "rtb-1" }] };
        default:
          throw new Error(`unexpected question ${token}`);
      }
    },
  });
});

describe("the questions to the clouds about unfinished resources", () => {
  it("are asked in the stack's Azure subscription, not in the default one of the machine, and in those of regions", async () => {
    const config = { "azure-native:subscriptionId": { value: "AAAAAAAA-0000-0000-0000-000000000001" } };
    const azureSubscriptions = [undefined, "BBBBBBBB-0000-0000-0000-000000000002"];
    const found = await askClouds({ ...questions, azureSubscriptions, config });
    expect([...found.azureSubscriptions]).toEqual([
      [undefined, "aaaaaaaa-0000-0000-0000-000000000001"],
      ["BBBBBBBB-0000-0000-0000-000000000002", "bbbbbbbb-0000-0000-0000-000000000002"],
    ]);
    const inDefault = await askClouds({ ...questions, azureSubscriptions: [undefined] });
    expect(inDefault.azureSubscriptions.get(undefined)).toBe(DEFAULT_SUBSCRIPTION);
  });

  it("are asked in the stack's AWS account, and answered with ids by tag and with associations", async () => {
    const place = { region: "us-west-2", profile: undefined };
    const found = await askClouds({
      ...questions,
      config: { "aws:profile": { value: "production" } },
      awsPlaces: [place],
      subnets: [{ place, subnetId: "subnet-1" }],
    });
    expect(found.awsAccounts.get(undefined)).toBe("111111111111");
    expect(found.idsByTag).toEqual(
      new Map([
        ["vpc/chain138-us-west-2-vpc", "vpc-1"],
        // In the format of the importers of these types.
        ["secret/chain138-us-west-2-validator-0", SECRET_ARN],
        ["podidentityassociation/chain138-us-west-2-keys", "chain138-us-west-2,a-1"],
      ]),
    );
    expect(found.associations).toEqual(new Set(["subnet-1/rtb-1"]));
  });

  it("are asked in the account of each region's profile", async () => {
    const awsPlaces = [
      { region: "us-west-2", profile: undefined },
      { region: "us-west-2", profile: "production" },
    ];
    const { awsAccounts } = await askClouds({ ...questions, awsPlaces });
    expect([...awsAccounts]).toEqual([
      [undefined, DEFAULT_ACCOUNT],
      ["production", "111111111111"],
    ]);
  });
});
