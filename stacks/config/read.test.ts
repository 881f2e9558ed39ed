import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChainParameters } from "../../components/besu/genesis/genesis";
import { faultsOf } from "../../components/besu/release/faults";
import { locations } from "../../components/region/locations";
import { ConfigError } from "./config-error";
import { softwareOf } from "./fields/besu";
import { readConfig } from "./read";

const region = (more: object) => ({ cloud: "azure", name: "eastus", ...more });
const read = (config: Record<string, unknown>) =>
  readConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    "Pulumi.test.yaml",
  );
const findings = (config: Record<string, unknown>): string[] => {
  try {
    read(config);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.findings.map(({ key, problem }) => `${key} ${problem}`);
    }
    throw error;
  }
  return [];
};

/** The findings about a contracts stack of one chain. */
const findingsOfChain = (chain: object): string[] =>
  findings({
    stack: "contracts",
    contracts: { chains: { one: { chainId: 1, rpcUrl: "http://n", ...chain } } },
  });

/** Expects that each text is the beginning of a finding, and that there are no further findings. */
function expectBeginnings(found: readonly string[], expected: readonly string[]): void {
  for (const text of expected) {
    expect(
      found.some((one) => one.startsWith(text)),
      `${text}\nin\n${found.join("\n")}`,
    ).toBe(true);
  }
  expect(found).toHaveLength(expected.length);
}

describe("a valid config", () => {
  it("gets the defaults", () => {
    const config = read({ regions: [region({}), region({ name: "westus2", rpcNodes: 3 })] });
    expect(config.network).toEqual({
      name: "chain138",
      chainId: 138,
      blockPeriodSeconds: 2,
      requestTimeoutSeconds: 4,
      epochLength: 30_000,
      gasLimit: 30_000_000,
      alloc: {},
      deterministicDeployer: true,
      validatorSelection: "blockheader",
    });
    expect(config.regions.map(({ validators, rpcNodes }) => [validators, rpcNodes])).toEqual([
      [2, 1],
      [2, 3],
    ]);
  });

  it("gets the defaults that follow from other keys", () => {
    const regions = [
      region({}),
      region({ cloud: "aws", name: "usa", location: "us-west-2" }),
      { cloud: "kubernetes", name: "onprem", kubeconfig: "config", p2pAddresses: ["10.1.0.1", "10.1.0.2"] },
    ];
    const { network, regions: withDefaults } = read({ network: { blockPeriodSeconds: 5 }, regions });
    expect(network.requestTimeoutSeconds).toBe(10);
    expect(read({ network: { requestTimeoutSeconds: 7 }, regions }).network.requestTimeoutSeconds).toBe(7);
    expect(withDefaults.map((one) => ("location" in one ? one.location : undefined))).toEqual([
      "eastus",
      "us-west-2",
      undefined,
    ]);
    const explorers = [
      { kind: "etherscan", apiKey: "$" + "{KEY}" },
      { kind: "sourcify" },
      { kind: "sourcify", url: "http://sourcify.example" },
    ];
    const sender = { address: `0x${"1".repeat(40)}`, keyVariable: "KEY" };
    const chain = { chainId: 1, rpcUrl: "http://n", sender, explorers };
    const { contracts } = read({ stack: "contracts", contracts: { chains: { one: chain } } });
    expect(contracts?.chains.one?.explorers.map(({ url }) => url)).toEqual([
      "https://api.etherscan.io/v2/api",
      "https://sourcify.dev/server",
      "http://sourcify.example",
    ]);
  });

  it("may name every location of every cloud at the same time", () => {
    const regions = (["azure", "aws"] as const).flatMap((cloud) =>
      locations(cloud).map(({ name }) => ({ cloud, name: name.slice(0, 20), location: name })),
    );
    expect(findings({ regions })).toEqual([]);
  });
});

describe("what the nodes run", () => {
  const regions = [region({}), region({ name: "westus2" })];
  const besuFindings = (besu: object) => findings({ regions, besu });
  const DIGEST = `sha256:${"0f".repeat(32)}`;

  it("is by default a release without a known fault on a chain with the default parameters", () => {
    const { besu, network } = read({ regions });
    const { release } = softwareOf(besu);
    expect(faultsOf(release, { ...network, requestTimeoutSeconds: 4 } as ChainParameters)).toEqual([]);
  });

  it("is the release that the image's tag names, or that the config states", () => {
    const software = (besu: object) => softwareOf(read({ regions, besu }).besu);
    expect(software({ image: "registry.example.com:5000/besu:26.8.1" }).release).toBe("26.8.1");
    expect(software({ image: `hyperledger/besu@${DIGEST}`, release: "26.9.0" }).release).toBe("26.9.0");
    const options = { "Xbft-legacy-protocol-encoding": true };
    expect([software({ options }), software({})].map(({ legacyEncoding }) => legacyEncoding)).toEqual([
      true,
      false,
    ]);
  });

  it("must be known, and the same from one day to the next", () => {
    expectBeginnings(besuFindings({ image: "hyperledger/besu" }), ["besu.image is "]);
    expectBeginnings(besuFindings({ image: "hyperledger/besu:latest" }), [
      'besu.image is "hyperledger/besu:latest", which names other software from one day to the next',
    ]);
    expectBeginnings(besuFindings({ image: `hyperledger/besu@${DIGEST}` }), [
      "besu.release is missing; the image",
    ]);
    expectBeginnings(besuFindings({ image: "besu:26.8.1", release: "26.9.0" }), [
      "besu.release is 26.9.0, but the tag of the image says 26.8.1",
    ]);
  });

  it("gets only options that the release has and that the program does not set", () => {
    expectBeginnings(
      besuFindings({
        options: { "max-peers": 50, "tx-pool-max-sise": 1, logging: "WARN", "revert-reason-enabled": ["x"] },
        monitoringNamespaces: ["Monitoring"],
      }),
      [
        "besu.options.max-peers is set by the program",
        'besu.options.tx-pool-max-sise is no option of Besu 26.9.0; did you mean "tx-pool-max-size"?',
        "besu.options.revert-reason-enabled is ",
        "besu.monitoringNamespaces[0] is ",
      ],
    );
  });
});

describe("the resources of a node", () => {
  const regions = [region({ validators: 4 })];
  const resources = (validator: object) => findings({ regions, besu: { validator } });

  it("are quantities of Kubernetes, as text or as numbers", () => {
    const validator = { cpu: 1, memory: "2G", storage: "100G" };
    expect(read({ regions, besu: { validator } }).besu.validator).toEqual({ ...validator, cpu: "1" });
    for (const taken of [
      { cpu: 0.5, memory: 4_294_967_296 },
      { cpu: "1e-1", memory: "4e9", storage: "1.5Ti" },
    ]) {
      expect(resources(taken)).toEqual([]);
    }
  });

  it("are refused if they are no amount of what they measure", () => {
    expectBeginnings(resources({ cpu: "0.1m", memory: "100m", storage: "100GB" }), [
      'besu.validator.cpu is "0.1m"; must be at least "1m"',
      'besu.validator.memory is "100m"; must be a whole number of bytes: the suffix m stands for thousandths',
      'besu.validator.storage is "100GB"; must be a Kubernetes quantity, such as "100Gi"',
    ]);
    expectBeginnings(resources({ cpu: -1, memory: 4, storage: true }), [
      'besu.validator.cpu is -1; must be at least "1m"',
      'besu.validator.memory is 4; must be at least "6Mi"',
      "besu.validator.storage is true; must be a Kubernetes quantity",
    ]);
  });
});

describe("an invalid config", () => {
  it("is refused with every finding at once", () => {
    const found = findings({
      netwrok: { chainId: 1 },
      network: { chainId: 5_000_000_000_000_000, blockPeriod: 2 },
      regions: [
        region({ validators: 1 }),
        region({ validators: 1 }),
        region({ name: "moon", validators: 1 }),
        region({ name: "gc", cloud: "gcp", validators: 0 }),
        region({ name: "westus2", validators: -1, rpcNode: 2 }),
        region({ name: "westus3", cidr: "10.34.0.0/16", validators: 0 }),
        region({ name: "a", location: "northeurope", cidr: "10.34.128.0/20", validators: 0 }),
      ],
    });
    const expected = [
      'netwrok is not a key here; did you mean "network"?',
      "network.chainId is ",
      'network.blockPeriod is not a key here; did you mean "blockPeriodSeconds"?',
      'regions[3].cloud is "gcp"; must be one of azure, aws, kubernetes',
      "regions[4].validators is -1; must not be negative",
      'regions[4].rpcNode is not a key here; did you mean "rpcNodes"?',
      'regions[1].name is "eastus", as is regions[0]',
      'regions[2].name is "moon", which is no location of azure',
      "regions[6].cidr is 10.34.128.0/20, which overlaps 10.34.0.0/16 of region westus3",
      "regions have 3 validators together; QBFT needs at least 4",
    ];
    expectBeginnings(found, expected);
  });

  it("is refused with a message that names the file, the keys and the config reference", () => {
    expect(() => read({ regions: [region({ validators: 3 })] })).toThrow(
      "Pulumi.test.yaml has a problem; nothing was changed.\n  chainfleet:regions have 3 validators together; QBFT needs at least 4 to tolerate the failure of one validator\nEvery key is described in docs/config.md.",
    );
  });

  it("is refused if one of several regions is an existing cluster without an address for each validator", () => {
    const cluster = { cloud: "kubernetes", name: "onprem", kubeconfig: "k", validators: 2 };
    expect(findings({ regions: [region({}), cluster] })).toEqual([
      "regions[1].p2pAddresses is missing; the other regions need one address for each of the 2 validators",
    ]);
    expect(findings({ regions: [{ ...cluster, validators: 4 }] })).toEqual([]);
  });

  it("is refused if the keys are to be in the store of a cloud that has none, unless the region says where they are", () => {
    const cluster = { cloud: "kubernetes", name: "onprem", kubeconfig: "k", p2pAddresses: ["198.51.100.1"] };
    const regions = [
      region({}),
      { ...cluster, validators: 1 },
      { cloud: "aws", name: "eu-west-1", validators: 1 },
      { cloud: "aws", name: "eu-west-2", validators: 0 },
    ];
    const besu = { keyStore: "cloud" };
    expect(findings({ regions, besu }).map((found) => found.split(";")[0])).toEqual([
      "regions[1].keyStore is missing",
    ]);
    expect(findings({ regions })).toEqual([]);
    const secrets = regions.map((one, index) => (index === 0 ? one : { ...one, keyStore: "kubernetes" }));
    expect(findings({ regions: secrets, besu })).toEqual([]);
    const vaulted = regions.map((one) => ({ ...one, keyStore: "keyVault" }));
    expect(findings({ regions: vaulted }).map((found) => found.split(" ")[0])).toEqual([
      "regions[1].keyStore",
      "regions[2].keyStore",
      "regions[3].keyStore",
    ]);
  });

  it("is refused if the role that reads keys in Secrets Manager has no room for the rights on all of them", () => {
    const inAws = { cloud: "aws", name: "eu-west-1" };
    const finding = (validators: number, keyStore?: string) =>
      findings({
        regions: [{ ...inAws, validators, ...(keyStore === undefined ? {} : { keyStore }) }],
        besu,
      });
    const besu = { keyStore: "cloud" };
    expect(finding(30)).toEqual([]);
    expect(finding(31)).toEqual([expect.stringMatching(/^regions\[0\]\.validators is 31;.* at most 30,/)]);
    expect(finding(31, "secretsManager")).toHaveLength(1);
    expect(finding(31, "kubernetes")).toEqual([]);
  });

  it("is refused with one finding for a region that is there twice", () => {
    expect(findings({ regions: [region({}), region({})] })).toEqual([
      'regions[1].name is "eastus", as is regions[0]; each region needs a name of its own',
    ]);
  });

  it("is refused with findings about keys that it has, or that it must have", () => {
    const regions = [region({}), region({ name: "westus2" })];
    const pools = [{ name: "a", storageClass: "a" }];
    const configs = [
      {},
      { regions: [region({}), region({ name: "again", location: "eastus" })] },
      { regions: [region({}), region({ name: "eastus2", cidr: "10.9.0.0/20" })] },
      { regions: [region({ name: "westus3", cidr: "10.9.0.0/16" }), region({})] },
      { regions: [region({ name: "mars" }), region({ location: "venus" })] },
      { regions: [region({}), { cloud: "kubernetes", name: "onprem", kubeconfig: "k" }] },
      { regions, besu: { image: "besu:mine", options: { "no-such-option": 1 } } },
      { regions, network: { alloc: { [`0x${"ab".repeat(20)}`]: "1", [`0x${"AB".repeat(20)}`]: "2" } } },
      { stack: "storage", storage: { pools, fio: { runtimeSeconds: 600 } } },
      { stack: "storage", storage: { pools, repeat: { atLeast: 3, atMost: 2 } } },
      { stack: "contracts", contracts: { chains: { one: { chainId: 1 } } } },
    ];
    for (const config of configs) {
      const found = findings(config);
      expect(found, JSON.stringify(config)).not.toEqual([]);
      for (const finding of found.filter((one) => !/^\S+ is missing/.test(one))) {
        const path =
          finding
            .split(" ", 1)[0]
            ?.split(/[.[\]]+/)
            .filter((part) => part !== "") ?? [];
        const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)?.[key], config);
        expect(value, finding).toBeDefined();
      }
    }
    expect(findings({ stack: "storage", storage: { pools, repeat: { atLeast: 3 } } })).toEqual([]);
  });

  it("is refused if one account has ether twice, in two spellings of the address", () => {
    const regions = [region({ validators: 4 })];
    const address = "0x000000000000000000000000000000000000dEaD";
    const alloc = { [address]: "1", [address.toLowerCase()]: "2" };
    expect(findings({ regions, network: { alloc } })).toEqual([
      `network.alloc.${address.toLowerCase()} is the address ${address} again, in another spelling; name each account once`,
    ]);
    expect(
      findings({ regions, network: { alloc: { [address.replace("dEaD", "dEAd")]: "1" } } })[0],
    ).toContain(`with the right checksum this address is ${address}`);
  });

  it("is refused with the advice to write text in quotes that YAML has read as a number", () => {
    const quotes = "must be text: write it in quotes, because YAML reads it as something else without them";
    const found = findingsOfChain({
      sender: { address: 0, keyVariable: "KEY" },
      contracts: { WETH9: { at: 0, codeHash: 0 }, Tally: { salt: 0 } },
    });
    expectBeginnings(found, [
      `contracts.chains.one.sender.address ${quotes} (the value is not shown here)`,
      `contracts.chains.one.contracts.WETH9.at is 0; ${quotes}`,
      `contracts.chains.one.contracts.WETH9.codeHash is 0; ${quotes}`,
      `contracts.chains.one.contracts.Tally.salt is 0; ${quotes}`,
    ]);
    const alloc = { [`0x${"1".repeat(40)}`]: 1e18 };
    expect(findings({ regions: [region({ validators: 4 })], network: { alloc } })[0]).toContain(quotes);
    // A value that is neither text nor a number is no mistake of quotes.
    expect(findings({ regions: [region({ validators: 4 })], besu: { image: ["x"] } })[0]).not.toContain(
      "quotes",
    );
  });

  it("is refused if a salt begins like hex and is not 32 bytes", () => {
    const salts = (salt: string) =>
      findingsOfChain({
        sender: { address: `0x${"1".repeat(40)}`, keyVariable: "KEY" },
        contracts: { A: { salt } },
      });
    expect(salts("0x12")[0]).toContain('A.salt is "0x12"; begins with 0x; must be 0x and 64 hex digits');
    expect(salts(`0x${"Ab".repeat(32)}`)).toEqual([]);
    expect(salts("release 7")).toEqual([]);
  });

  it("is refused if an administrator of an EKS cluster is no IAM user or role", () => {
    const clusterAdmins = [
      "arn:aws:iam::123456789012:role/ci/deployer",
      "arn:aws:iam::123456789012:user/ada@example.org",
      "arn:aws:sts::123456789012:assumed-role/deployer/session",
      "deployer",
    ];
    const aws = { cloud: "aws", name: "eu-west-1", validators: 4, clusterAdmins };
    expectBeginnings(findings({ regions: [aws] }), [
      'regions[0].clusterAdmins[2] is "arn:aws:sts::123456789012:assumed-role/deployer/session"; must be the ARN',
      'regions[0].clusterAdmins[3] is "deployer"; must be the ARN of an IAM user or role',
    ]);
  });

  it("is refused if it names an administrator of an EKS cluster twice", () => {
    const ada = "arn:aws:iam::123456789012:user/ada";
    const aws = { cloud: "aws", name: "eu-west-1", validators: 4, clusterAdmins: [ada, ada] };
    expectBeginnings(findings({ regions: [aws] }), ["regions[0].clusterAdmins "]);
  });

  it("is refused if its cloud has no such Kubernetes version, but not because the version's support has ended", () => {
    const regions = [
      region({ kubernetesVersion: "1.33", validators: 4 }),
      region({ name: "eu-west-1", cloud: "aws", kubernetesVersion: "1.20" }),
      region({ name: "onprem", cloud: "kubernetes", kubeconfig: "k", validators: 0 }),
    ];
    expectBeginnings(findings({ regions }), [
      'regions[1].kubernetesVersion is "1.20", which is not among the versions of EKS that this program knows: 1.32, 1.33',
    ]);
  });

  it("is refused with every finding about contracts at once, without showing a key", () => {
    const sender = { address: "0x000000000000000000000000000000000000dEaD", keyVariable: "KEY" };
    const found = findings({
      stack: "full",
      network: { chainId: 138 },
      regions: [region({ validators: 4, rpcNodes: 0 })],
      keys: { deployer: "0x12", other: `0x${"1".repeat(64)}` },
      contracts: {
        chains: {
          ours: { chainId: 138, sender },
          far: { chainId: 1, sender: { ...sender, keystore: "k.json" } },
          both: {
            chainId: 1,
            rpcUrl: "http://n",
            rpcStack: "o/p/s",
            sender: { ...sender, keyVariable: undefined },
          },
          wrong: {
            chainId: 1,
            rpcUrl: "ftp://n",
            sender: { address: "0x1", keySecret: "nobody" },
            feeCeilingGwei: 0,
            contracts: {
              WETH9: { salts: "x", codeHash: `0x${"0".repeat(64)}` },
              Taken: { at: sender.address, args: [1] },
              Plain: { create: "create", salt: "x" },
            },
            calls: {
              one: { contract: "WETH9", function: "f", done: { functions: "g" } },
              two: { contract: "WETH9", function: "f", after: 1 },
            },
            explorers: [{ kind: "blockscout" }, { kind: "etherscan" }, { kind: "etherscan", apiKey: "abc" }],
          },
        },
      },
    });
    const expected = [
      "keys.deployer must be a private key: 0x and 64 hex digits (the value is not shown here)",
      "contracts.chains.ours.rpcUrl is missing, and no region has RPC nodes",
      "contracts.chains.far.rpcUrl is missing, and so is rpcStack",
      "contracts.chains.far.sender has keyVariable and keystore; must have one of",
      "contracts.chains.far.sender.passwordVariable and keystore belong together",
      "contracts.chains.both.rpcStack is one endpoint too many beside rpcUrl",
      "contracts.chains.both.sender has no key; must have one of",
      'contracts.chains.wrong.rpcUrl is "ftp://n"; must begin with http',
      "contracts.chains.wrong.sender.address must be an address: 0x and 40 hex digits (the value is not shown here)",
      "contracts.chains.both.chainId is 1, as is that of far; put the contracts of one chain under one name",
      "contracts.chains.wrong.chainId is 1, as is that of far",
      "contracts.chains.wrong.contracts.Taken.args applies only to a contract that is deployed; this contract exists already, because at is set",
      "contracts.chains.wrong.contracts.Plain.salt has no meaning with create: create",
      'contracts.chains.wrong.sender.keySecret is "nobody", which is not set; pulumi config set --secret',
      "contracts.chains.wrong.feeCeilingGwei is 0; must be at least 0.000001",
      'contracts.chains.wrong.contracts.WETH9.salts is not a key here; did you mean "salt"?',
      "contracts.chains.wrong.contracts.WETH9.codeHash needs at",
      "contracts.chains.wrong.calls.one.done.function is missing; must be text",
      "contracts.chains.wrong.calls.two.done is missing; must be an object",
      "contracts.chains.wrong.calls.two.after is 1; must be a list",
      'contracts.chains.wrong.calls.one.done.functions is not a key here; did you mean "function"?',
      "contracts.chains.wrong.explorers[0].url is missing; every Blockscout has its own",
      "contracts.chains.wrong.explorers[1].apiKey is missing",
      "contracts.chains.wrong.explorers[2].apiKey must name an environment variable",
    ];
    expectBeginnings(found, expected);
    expect(findings({ stack: "contracts" })).toEqual([
      "contracts is missing; the stack contracts deploys contracts",
    ]);
    const key = `0x${"5".repeat(64)}`;
    const misplaced = findingsOfChain({
      sender: { address: key, keyVariable: key, keySecret: key, passwordVariable: key },
      explorers: [{ kind: "etherscan", apiKey: key }],
    });
    expect(misplaced.length).toBeGreaterThan(3);
    expect(misplaced.join()).not.toContain("5555");
  });

  it("is refused for its broken rules together with its values of the wrong type", () => {
    const address = "0x000000000000000000000000000000000000dEaD";
    const found = findingsOfChain({
      confirmations: "many",
      rpcStack: 7,
      sender: { address: "0x1", passwordVariable: "PASSWORD" },
      contracts: { Taken: { at: address, create: "create2", args: {}, contract: 5 } },
      explorers: [{ kind: "etherscan", ratePerSecond: "fast" }],
    });
    expectBeginnings(found, [
      'contracts.chains.one.confirmations is "many"; must be a',
      "contracts.chains.one.rpcStack is 7; must be text",
      "contracts.chains.one.rpcStack is one endpoint too many beside rpcUrl",
      "contracts.chains.one.sender.address must be an address",
      "contracts.chains.one.sender has no key",
      "contracts.chains.one.sender.passwordVariable and keystore belong together; keystore is missing",
      "contracts.chains.one.contracts.Taken.contract is 5; must be text",
      "contracts.chains.one.contracts.Taken.create applies only",
      "contracts.chains.one.contracts.Taken.args applies only",
      'contracts.chains.one.explorers[0].ratePerSecond is "fast"; must be a',
      "contracts.chains.one.explorers[0].apiKey is missing",
    ]);
  });

  it("is refused with the correct checksum of an address, and with the key of a sender that was probably meant", () => {
    const right = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
    const wrong = right.replace("aaA", "aAA");
    const one = (address: string, keyNamed: string) =>
      findingsOfChain({
        sender: { address, keyVariable: "KEY", [keyNamed]: "KEY" },
        contracts: { WETH9: { at: address } },
      });
    expect(one(wrong, "keyVariabel")).toEqual([
      `contracts.chains.one.sender.address is "${wrong}"; the checksum is wrong; with the right checksum this address is ${right}`,
      'contracts.chains.one.sender.keyVariabel is not a key here; did you mean "keyVariable"?',
      `contracts.chains.one.contracts.WETH9.at is "${wrong}"; the checksum is wrong; with the right checksum this address is ${right}`,
    ]);
    for (const address of [right, right.toLowerCase(), `0x${right.slice(2).toUpperCase()}`]) {
      expect(one(address, "keyVariable")).toEqual([]);
    }
  });

  it("is refused with a ConfigError and nothing else, whatever the config contains", () => {
    const anything = fc.dictionary(
      fc.constantFrom("stack", "network", "besu", "regions", "contracts", "keys", "x"),
      fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .array(
            fc.record(
              {
                name: fc.anything(),
                cloud: fc.constantFrom("azure", "aws", "kubernetes", "x"),
                cidr: fc.anything(),
                validators: fc.anything(),
              },
              { requiredKeys: [] },
            ),
          )
          .map((value) =>
            JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)),
          ),
      ),
    );
    fc.assert(
      fc.property(anything, (values) => {
        try {
          readConfig(values, "f");
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).findings.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

it("tells a region once what it has in common with two regions of one name", () => {
  const regions = [
    region({ validators: 2 }),
    region({ validators: 2 }),
    region({ name: "westus", cidr: "10.9.0.0/16" }),
  ];
  const overlaps = findings({ regions }).filter((finding) => finding.includes("overlaps"));
  expect(overlaps).toHaveLength(1);
});
