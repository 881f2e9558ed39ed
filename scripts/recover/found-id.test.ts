import { describe, expect, it } from "vitest";
import { foundId } from "./found-id";

const found = {
  idsByTag: new Map([["vpc/chain138-vpc", "vpc-1"]]),
  associations: new Set(["subnet-1/rtb-1"]),
};

describe("the id under which a resource that may exist is read", () => {
  it("is that of an import for the association of a route table: the subnet and the table", () => {
    const association = { kind: "association", subnetId: "subnet-1", routeTableId: "rtb-1" } as const;
    expect(foundId(association, found)).toBe("subnet-1/rtb-1");
    expect(foundId({ ...association, routeTableId: "rtb-2" }, found)).toBeUndefined();
  });

  it("is the one that the cloud generated, if the cloud found the resource by its tag", () => {
    expect(foundId({ kind: "tag", service: "vpc", name: "chain138-vpc" }, found)).toBe("vpc-1");
    expect(foundId({ kind: "tag", service: "subnet", name: "chain138-vpc" }, found)).toBeUndefined();
  });

  it("follows from the inputs where the cloud generates none, and does not matter where a repetition does no harm", () => {
    expect(foundId({ kind: "id", id: "cluster:group" }, found)).toBe("cluster:group");
    expect(foundId({ kind: "repeatable" }, found)).toBeUndefined();
  });
});
