import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsByName, rollingConfig, rollingGroups } from "./selection";

const group = (name: string, strategy: "rolling" | "standard" = "rolling") => ({ name, strategy });
const config = {
  revision: "v1",
  groups: [{ name: "web", autoScalingGroup: "shop-web", region: "eu-west-1" }],
};
const codeOf = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe("the release of a stack", () => {
  it("is read from the file of a full stack, whose secrets stay unread", () => {
    const written = {
      "chainfleet:stack": "full",
      "chainfleet:keys": { deployer: { secure: "v1:encrypted" } },
      "chainfleet:rolling": config,
    };
    expect(rollingConfig(written, "Pulumi.full.yaml").groups).toMatchObject([
      { name: "web", autoScalingGroup: "shop-web", strategy: "rolling" },
    ]);
  });

  it("may be written as JSON text, which pulumi config set stores", () => {
    const written = { "chainfleet:stack": "rolling", "chainfleet:rolling": JSON.stringify(config) };
    expect(rollingConfig(written, "Pulumi.shop.yaml").revision).toBe("v1");
  });

  it("is missing in a stack of another kind", () => {
    const written = { "chainfleet:stack": "network", "chainfleet:rolling": config };
    expect(codeOf(() => rollingConfig(written, "Pulumi.dev.yaml"))).toBe("ROLLING_NOT_CONFIGURED");
    expect(codeOf(() => rollingConfig({ "chainfleet:stack": "rolling" }, "Pulumi.dev.yaml"))).toBe(
      "ROLLING_NOT_CONFIGURED",
    );
  });

  it("is refused with every finding", () => {
    const written = {
      "chainfleet:stack": "rolling",
      "chainfleet:rolling": { ...config, keepVersions: 0, standardOrder: "some" },
    };
    expect(() => rollingConfig(written, "Pulumi.shop.yaml")).toThrow(
      /Pulumi.shop.yaml has 2 problems(.|\n)*rolling.keepVersions(.|\n)*rolling.standardOrder/,
    );
  });
});

describe("the selection of groups", () => {
  it("contains exactly the named groups, each once, in the order of the config", () => {
    const anyGroups = fc
      .uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1 })
      .chain((names) => fc.tuple(fc.constant(names), fc.array(fc.constantFrom(...names), { minLength: 1 })));
    fc.assert(
      fc.property(anyGroups, ([all, named]) => {
        const selected = groupsByName(
          all.map((name) => group(name)),
          named,
        ).map(({ name }) => name);
        expect(new Set(selected)).toEqual(new Set(named));
        expect(selected).toEqual(all.filter((name) => selected.includes(name)));
      }),
    );
  });

  it("is refused if it names a group that does not exist, with all such names", () => {
    expect(() => groupsByName([group("web"), group("app")], ["wbe", "web", "db"])).toThrow(
      /GROUP_UNKNOWN: The config has no group named wbe, db\.(.|\n)*web, app/,
    );
  });

  it("leaves groups with the strategy standard out of rolling commands, and refuses them if they were named", () => {
    const groups = [group("web"), group("admin", "standard")];
    expect(rollingGroups(groups, undefined)).toEqual([group("web")]);
    expect(codeOf(() => rollingGroups(groups, ["web", "admin"]))).toBe("GROUP_NOT_ROLLING");
    expect(codeOf(() => rollingGroups([group("admin", "standard")], undefined))).toBe("GROUP_NOT_ROLLING");
  });
});
