import { resolve } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { programMessage } from "../run/board";
import { errorsOf } from "../run/events";
import { packArguments, packFinding, packOptions, withPolicyPacks } from "./policy-packs";

const URN = "urn:pulumi:dev::chainfleet::aws:ec2/vpc:Vpc::eu-vpc";
const finding = (enforcementLevel: string): EngineEvent => ({
  ...{ sequence: 1, timestamp: 1 },
  policyEvent: {
    ...{ resourceUrn: URN, policyName: "tags", policyPackName: "chainfleet" },
    ...{ policyPackVersion: "0.1.0", policyPackVersionTag: "0.1.0", color: "never" },
    enforcementLevel: enforcementLevel as "mandatory",
    message: "<{%fg 1%}>eu-vpc has no tag.<{%reset%}>\n",
  },
});

describe("policy packs", () => {
  it("are named by options that can be repeated, with paths from the folder of the user", () => {
    const command = withPolicyPacks(new Command("up")).argument("[regions...]");
    command.parse(["--policy-pack", "one", "--policy-pack", "/two", "--policy-pack-config", "a.json", "eu"], {
      from: "user",
    });
    const packs = command.opts();
    expect(command.args).toEqual(["eu"]);
    expect(packOptions(packs as never)).toEqual({
      policyPacks: [resolve("one"), "/two"],
      policyPackConfigs: [resolve("a.json")],
    });
    expect(packArguments(packs as never)).toEqual([
      ...["--policy-pack", resolve("one"), "--policy-pack", "/two"],
      ...["--policy-pack-config", resolve("a.json")],
    ]);
  });

  it("are none without the options", () => {
    const packs = withPolicyPacks(new Command("up")).parse([], { from: "user" }).opts();
    expect(packArguments(packs as never)).toEqual([]);
  });
});

describe("a finding of a policy pack", () => {
  const text = "POLICY_PACK: chainfleet/tags: eu-vpc has no tag.";

  it("is an error of its resource if it is mandatory", () => {
    expect(packFinding(finding("mandatory"))).toEqual({ isMandatory: true, urn: URN, text });
    expect([...errorsOf([{ at: 0, event: finding("mandatory") }])]).toEqual([[URN, text]]);
    expect(programMessage({ at: 0, event: finding("mandatory") })).toBeUndefined();
  });

  it("is told as a warning if it is advisory", () => {
    expect(errorsOf([{ at: 0, event: finding("advisory") }]).size).toBe(0);
    expect(programMessage({ at: 0, event: finding("advisory") })).toBe(`warning: ${text}`);
  });
});
