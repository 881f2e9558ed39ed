import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crashTolerance } from "../besu/quorum";
import { roleLabels } from "../besu/role";
import { azureTags } from "../naming";
import { type PolicySettings, violationsOfResource, violationsOfStack, violationText } from "./judgement";
import type { PolicyResource } from "./rule";
import { DEFAULT_LEVELS, RULE_NAMES, type RuleName } from "./rules";
import { UNKNOWN } from "./values";

const settings = Object.fromEntries(
  RULE_NAMES.map((name) => [name, { level: DEFAULT_LEVELS[name], except: [] }]),
) as unknown as PolicySettings;
const resource = (type: string, properties: object, more: Partial<PolicyResource> = {}): PolicyResource => ({
  ...{ type, name: "eastus-thing", properties: { ...properties } },
  ...more,
});
const broken = (one: PolicyResource) => violationsOfResource(one, settings).map(({ rule }) => rule);
const problem = (one: PolicyResource) => violationsOfResource(one, settings)[0]?.problem;

describe("the rule on public RPC", () => {
  const service = (spec: object, annotations: object = {}) =>
    resource("kubernetes:core/v1:Service", {
      metadata: { annotations },
      spec: { type: "LoadBalancer", ports: [{ name: "rpc", port: 8545 }], ...spec },
    });
  it.each([
    ["a load balancer without an allow-list", service({})],
    [
      "an allow-list that names every address",
      service({ loadBalancerSourceRanges: ["10.0.0.0/8", "0.0.0.0/0"] }),
    ],
    ["another port in front of the RPC port", service({ ports: [{ port: 443, targetPort: 8545 }] })],
    ["a port of the machines", service({ type: "NodePort", loadBalancerSourceRanges: ["10.0.0.0/8"] })],
    [
      "a security group of AWS",
      resource("aws:ec2/securityGroup:SecurityGroup", {
        tags: AWS,
        ingress: [{ protocol: "tcp", fromPort: 8000, toPort: 9000, cidrBlocks: ["0.0.0.0/0"] }],
      }),
    ],
    [
      "a security group of Azure",
      resource("azure-native:network:NetworkSecurityGroup", {
        tags: azureTags("chain138", "eastus"),
        securityRules: [
          {
            ...{ access: "Allow", direction: "Inbound", protocol: "Tcp" },
            ...{ sourceAddressPrefix: "Internet", destinationPortRanges: ["443", "8540-8550"] },
          },
        ],
      }),
    ],
  ])("finds %s", (_, one) => {
    expect(broken(one)).toEqual(["publicRpc"]);
  });

  it.each([
    ["an allow-list", service({ loadBalancerSourceRanges: ["203.0.113.0/24"] })],
    [
      "a load balancer inside the network",
      service({}, { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" }),
    ],
    ["a Service inside the cluster", service({ type: "ClusterIP" })],
    ["the P2P port", service({ ports: [{ name: "p2p", port: 30303, targetPort: "p2p" }] })],
    [
      "a security group that opens the P2P port",
      resource("aws:ec2/securityGroup:SecurityGroup", {
        tags: AWS,
        ingress: [{ protocol: "tcp", fromPort: 30303, toPort: 30303, cidrBlocks: ["0.0.0.0/0"] }],
      }),
    ],
  ])("accepts %s", (_, one) => {
    expect(broken(one)).toEqual([]);
  });
});

const AWS = { "chainfleet:stack": "chainfleet/prod", "chainfleet:network": "c", "chainfleet:region": "r" };

describe("the rule on disks", () => {
  const storageClass = (provisioner: string, parameters: object) =>
    resource("kubernetes:storage.k8s.io/v1:StorageClass", { provisioner, parameters });
  const template = (ebs: object) =>
    resource("aws:ec2/launchTemplate:LaunchTemplate", {
      tags: AWS,
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }],
    });
  it("finds volumes, templates and classes without encryption", () => {
    expect(broken(storageClass("ebs.csi.aws.com", { type: "gp3" }))).toEqual(["diskEncryption"]);
    expect(broken(storageClass("ebs.csi.aws.com", { encrypted: "false" }))).toEqual(["diskEncryption"]);
    expect(broken(template({ volumeSize: 20 }))).toEqual(["diskEncryption"]);
    expect(broken(resource("aws:ebs/volume:Volume", { tags: AWS }))).toEqual(["diskEncryption"]);
  });
  it("accepts encryption, a value that is known later, and Azure, which encrypts every disk", () => {
    expect(broken(storageClass("ebs.csi.aws.com", { encrypted: "true" }))).toEqual([]);
    expect(broken(storageClass("ebs.csi.aws.com", { encrypted: UNKNOWN }))).toEqual([]);
    expect(broken(storageClass("disk.csi.azure.com", {}))).toEqual([]);
    expect(broken(template({ encrypted: "true" }))).toEqual([]);
    expect(broken(resource("aws:ebs/volume:Volume", { tags: AWS, encrypted: true }))).toEqual([]);
  });
});

describe("the rule on images", () => {
  const workload = (...images: readonly string[]) =>
    resource("kubernetes:apps/v1:StatefulSet", {
      spec: { template: { spec: { containers: images.map((image) => ({ image })) } } },
    });
  it.each(["besu", "besu:latest", "besu:stable", "registry:5000/besu", "besu:1.2-latest"])(
    "finds %s",
    (image) => {
      expect(broken(workload("besu:26.9.0", image))).toEqual(["pinnedImages"]);
    },
  );
  it.each(["besu:26.9.0", `besu@sha256:${"a".repeat(64)}`, `besu:latest@sha256:${"a".repeat(64)}`, UNKNOWN])(
    "accepts %s",
    (image) => {
      expect(broken(workload(image))).toEqual([]);
    },
  );
  it("looks at the containers that run before others, also in a secret specification", () => {
    const spec = { template: { spec: { initContainers: [{ image: "busybox" }] } } };
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: spec };
    expect(broken(resource("kubernetes:apps/v1:Deployment", { spec: secret }))).toEqual(["pinnedImages"]);
  });
});

describe("the rule on tags", () => {
  it("finds a resource without the tags of its region, and names the missing ones", () => {
    const group = (tags: object) => resource("azure-native:resources:ResourceGroup", { tags });
    expect(problem(group({ "chainfleet-network": "c" }))).toBe("lacks the tag chainfleet-region");
    expect(broken(group(azureTags("c", "eastus")))).toEqual([]);
    expect(broken(resource("azure-native:some:NewType", {}))).toEqual(["tags"]);
  });
  it("counts the tags that a provider gives to all resources of AWS", () => {
    const eip = (provider: object) =>
      resource("aws:ec2/eip:Eip", { tags: { Name: "a" } }, { provider: { ...provider } });
    expect(broken(eip({ defaultTags: JSON.stringify({ tags: AWS }) }))).toEqual([]);
    expect(broken(eip({}))).toEqual(["tags"]);
  });
  it("asks no tags of what has none", () => {
    expect(broken(resource("azure-native:network:Subnet", {}))).toEqual([]);
    expect(broken(resource("kubernetes:core/v1:Namespace", {}))).toEqual([]);
  });
});

describe("the rule on disruption budgets", () => {
  const validator = (namespace: string) =>
    resource("kubernetes:apps/v1:StatefulSet", {
      metadata: { namespace },
      spec: { template: { metadata: { labels: { ...roleLabels("validator"), extra: "1" } } } },
    });
  const budget = (namespace: string, spec: object) =>
    resource("kubernetes:policy/v1:PodDisruptionBudget", { metadata: { namespace }, spec });
  const selector = { matchLabels: roleLabels("validator") };
  const found = (...resources: readonly PolicyResource[]) =>
    violationsOfStack(resources, settings).map(({ rule }) => rule);
  it("accepts a validator with a budget in its namespace", () => {
    expect(found(validator("a"), budget("a", { maxUnavailable: 1, selector }))).toEqual([]);
    expect(found(validator("a"), budget(UNKNOWN, { maxUnavailable: 1, selector }))).toEqual([]);
  });
  it.each([
    ["without any", []],
    ["with one in another namespace", [budget("b", { maxUnavailable: 1, selector })]],
    [
      "with one for RPC nodes",
      [budget("a", { maxUnavailable: 1, selector: { matchLabels: roleLabels("rpc") } })],
    ],
    ["with one that limits nothing", [budget("a", { selector })]],
  ])("finds a validator %s", (_, budgets) => {
    expect(found(validator("a"), ...budgets)).toEqual(["disruptionBudget"]);
  });
});

describe("the rule on the loss of a region", () => {
  const chain = (regions: Readonly<Record<string, number>>, location?: string) =>
    resource(
      "pulumi-nodejs:dynamic/chainfleet:Chain",
      {
        validators: Object.values(regions).flatMap((count) => Array(count).fill("v")),
        placement: {
          regions: Object.fromEntries(
            Object.entries(regions).map(([name, validators]) => [
              name,
              { validators, fixed: { cloud: "azure", location: location ?? name } },
            ]),
          ),
        },
      },
      { name: "chain" },
    );
  it("says the numbers", () => {
    expect(problem(chain({ eastus: 3, westus: 2, north: 1 }))).toBe(
      "has 3 of its 6 validators in eastus; a block needs 4, so the chain bears the loss of 2 and stops without the location",
    );
    expect(violationsOfResource(chain({ eastus: 4 }), settings)[0]?.level).toBe("advisory");
  });
  it("counts regions in one location together", () => {
    expect(broken(chain({ a: 2, b: 2, c: 2 }))).toEqual([]);
    expect(broken(chain({ a: 2, b: 2, c: 2 }, "eastus"))).toEqual(["regionLoss"]);
  });
  it("is broken exactly if some region has more validators than may be down", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (counts) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const lost = counts.some((count) => count > crashTolerance(total));
        const regions = Object.fromEntries(counts.map((count, index) => [`r${index}`, count]));
        expect(broken(chain(regions)).length > 0).toBe(lost);
      }),
    );
  });
});

describe("the settings", () => {
  const group = resource("azure-native:resources:ResourceGroup", {}, { name: "eastus-group" });
  const levels = (name: RuleName, change: object) =>
    violationsOfResource(group, { ...settings, [name]: { ...settings[name], ...change } }).map(
      ({ level }) => level,
    );
  it("set the level of a rule, and name resources that may break it", () => {
    expect(levels("tags", {})).toEqual(["mandatory"]);
    expect(levels("tags", { level: "advisory" })).toEqual(["advisory"]);
    expect(levels("tags", { level: "disabled" })).toEqual([]);
    expect(levels("tags", { except: ["eastus-group"] })).toEqual([]);
    expect(levels("tags", { except: ["westus-group"] })).toEqual(["mandatory"]);
  });
  it("are named in the text of a violation, with code, resource and region", () => {
    const [violation] = violationsOfResource(group, settings);
    expect(violation === undefined ? "" : violationText(violation, "eastus")).toBe(
      "POLICY_UNTAGGED_RESOURCE: eastus-group (ResourceGroup) in the region eastus lacks the tags chainfleet-network, chainfleet-region.\n" +
        "Give the resource the tags of its region (azureTags and awsTags in components/naming.ts).\n" +
        "To accept it, name the resource in chainfleet:policies.tags.except.",
    );
  });
});
