import * as pulumi from "@pulumi/pulumi";
import pDefer from "p-defer";
import { beforeEach, expect, it } from "vitest";
import { givingWay } from "./giving-way";

class Part extends pulumi.CustomResource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("test:index:Part", name, {}, opts);
  }
}

class Whole extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:index:Whole", name, {}, opts);
    new Part(`${name}-part`, { parent: this });
  }
}

let registered: string[];

beforeEach(() => {
  registered = [];
  return pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      registered.push(name);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
});

const withoutOthers = () => new Promise((resolve) => setTimeout(resolve, 100));

it("resources below a component are registered after those to which they give way", async () => {
  const others = pDefer<void>();
  new Whole("contracts", { transformations: [givingWay(others.promise)] });
  new Part("network", {});
  await withoutOthers();
  expect(registered).toEqual(["contracts", "network"]);
  others.resolve();
  await expect.poll(() => registered).toEqual(["contracts", "network", "contracts-part"]);
});

it("resources below a component do not give way for ever", async () => {
  new Whole("contracts", { transformations: [givingWay(new Promise(() => {}))] });
  await withoutOthers();
  expect(registered).toEqual(["contracts"]);
  await expect.poll(() => registered, { timeout: 20_000 }).toEqual(["contracts", "contracts-part"]);
});
