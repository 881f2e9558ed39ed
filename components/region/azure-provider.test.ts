import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { AzureRegion } from "./azure";
import { createAzureProvider } from "./azure-provider";

const SUBSCRIPTION = "6d2b1e8f-3a50-4c77-9e51-0f8c2a7d4b16";
const answers = { newResource: ({ name }: { readonly name: string }) => ({ id: name, outputs: { name } }) };

afterEach(() => pulumi.runtime.setAllConfig({}));

describe("the provider of a region in a subscription of its own", () => {
  const registered = () =>
    registeredResources(answers, () => {
      pulumi.runtime.setAllConfig({
        "azure-native:subscriptionId": "00000000-0000-0000-0000-00000000000d",
        "azure-native:tenantId": "00000000-0000-0000-0000-00000000000e",
        "azure-native:useMsi": "true",
        "aws:profile": "other",
      });
      return new AzureRegion(
        "eastus",
        {
          network: "chain138",
          location: "eastus",
          validators: 2,
          validatorZones: [],
          reclaimPolicy: "Delete",
        },
        { providers: [createAzureProvider("eastus", SUBSCRIPTION)] },
      );
    });

  it("signs in as the stack's settings say, in the region's subscription", async () => {
    const provider = (await registered()).find(({ name }) => name === "eastus-azure");
    expect(provider?.type).toBe("pulumi:providers:azure-native");
    expect(provider?.inputs).toMatchObject({ subscriptionId: SUBSCRIPTION });
    expect(JSON.stringify(provider?.inputs.tenantId)).toContain("00000000-0000-0000-0000-00000000000e");
    expect(JSON.stringify(provider?.inputs.useMsi)).toContain("true");
    expect(provider?.inputs).not.toHaveProperty("profile");
  });

  it("makes every Azure resource of the region", async () => {
    const resources = (await registered()).filter(({ type }) => type.startsWith("azure-native:"));
    expect(resources.length).toBeGreaterThan(8);
    expect(new Set(resources.map(({ provider }) => provider))).toEqual(new Set(["eastus-azure"]));
  });
});
