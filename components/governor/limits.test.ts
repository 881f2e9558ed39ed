import { describe, expect, it } from "vitest";
import { chargesOf, type GovernedOperation, type Place } from "./limits";

const published = { refillFactor: 1 };
const eastus: Place = { cloud: "azure", location: "eastus" };
const charges = (place: Place, type: string, operation: GovernedOperation = "create") =>
  Object.fromEntries(
    chargesOf(place, type, operation, published).map(({ limit, tokens }) => [limit.key, tokens]),
  );

describe("the charges of an operation", () => {
  it("count the writes and reads of Azure by subscription and location", () => {
    expect(charges(eastus, "azure-native:network:PublicIPAddress")).toEqual({
      "arm/writes/default/eastus": 1,
      "arm/reads/default/eastus": 3,
    });
    expect(
      charges({ ...eastus, account: "other" }, "azure-native:network:PublicIPAddress", "delete"),
    ).toEqual({ "arm/deletes/other/eastus": 1 });
  });

  it("count clusters of AKS in a bucket of their own", () => {
    expect(charges(eastus, "azure-native:containerservice:ManagedCluster")).toMatchObject({
      "azure-native:containerservice:ManagedCluster/default/eastus": 1,
    });
  });

  it("count the changes of EC2, several for some types, and nothing of services without published rates", () => {
    const place: Place = { cloud: "aws", location: "us-east-1" };
    expect(charges(place, "aws:ec2/eip:Eip")).toEqual({ "ec2/changes/default/us-east-1": 1 });
    expect(charges(place, "aws:ec2/vpc:Vpc")).toEqual({ "ec2/changes/default/us-east-1": 2 });
    expect(charges(place, "aws:ec2/securityGroup:SecurityGroup")).toEqual({
      "ec2/changes/default/us-east-1": 5,
    });
    expect(charges(place, "aws:ec2/vpc:Vpc", "delete")).toEqual({ "ec2/changes/default/us-east-1": 1 });
    expect(charges(place, "aws:eks/cluster:Cluster")).toEqual({});
    expect(charges(eastus, "kubernetes:core/v1:Secret")).toEqual({});
  });

  it("leave room for requests that arrive closer together than they were sent", () => {
    const [charge] = chargesOf(eastus, "azure-native:network:Subnet", "create", published);
    expect(charge?.limit).toMatchObject({ capacity: 195, refillPerSecond: 10 });
  });

  it("refill faster for accounts whose limits were raised, without a larger burst", () => {
    const limitAt = (refillFactor: number) =>
      chargesOf(eastus, "azure-native:network:Subnet", "create", { refillFactor })[0]?.limit;
    expect(limitAt(3)).toMatchObject({ capacity: 185, refillPerSecond: 30 });
    expect(limitAt(1000)).toMatchObject({ capacity: 100, refillPerSecond: 10_000 });
  });
});
