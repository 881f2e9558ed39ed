import { describe, expect, it } from "vitest";
import { azureTags, fullName, nameTag } from "./naming";

describe("naming", () => {
  it("joins the network, the region and the part of the region", () => {
    expect(fullName("chain138", "eastus")).toBe("chain138-eastus");
    expect(fullName("chain138", "eastus", "nodes")).toBe("chain138-eastus-nodes");
  });

  it("tags resources with their network, region and name", () => {
    expect(azureTags("chain138", "eastus")).toEqual({
      "chainfleet-network": "chain138",
      "chainfleet-region": "eastus",
    });
    expect(nameTag("chain138-us-east-1-vpc")).toEqual({ Name: "chain138-us-east-1-vpc" });
  });
});
