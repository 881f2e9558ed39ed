import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { awaitedResources, fromAvailable } from "./available";
import { isKnown } from "./known";

/** An output as a resource that failed has it: resolved to nothing. */
function unknownOutput(): pulumi.Output<string> {
  const unresolved = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
  return unresolved;
}

const resolved = (output: pulumi.Output<unknown>) =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

describe("values of resources of which some fail", () => {
  beforeEach(() =>
    pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({}),
    }),
  );

  it("are combined without those that failed, in their order", async () => {
    const outputs = [pulumi.output("a"), unknownOutput(), pulumi.output(Promise.resolve("c"))];
    const combined = fromAvailable(outputs, (values) => values.join(","));
    expect(await isKnown(combined)).toBe(true);
    expect(await resolved(combined)).toBe("a,c");
  });

  it("are waited for without a dependency, and the order of a deployment can see it", async () => {
    class Part extends pulumi.CustomResource {
      declare readonly address: pulumi.Output<string>;
    }
    const part = new Part("test:index:Part", "part", { address: "192.0.2.1" });
    const combined = fromAvailable([part.address], (values) => values.join());
    expect(awaitedResources(combined)).toEqual([part]);
    expect((combined as unknown as { resources(): Set<unknown> }).resources().size).toBe(0);
    expect(await resolved(combined)).toBe("192.0.2.1");
  });
});
