import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { besuPod } from "../pod";
import type { Release } from "../release/release";
import { existsIn, LAST_LISTED_RELEASE, lifetimeOf, optionsOf } from "./known-options";
import { maxPeers } from "./peers";
import { RESERVED_OPTIONS } from "./program-options";
import { optionFindings } from "./user-options";

const problems = (options: readonly string[], release: Release = "26.9.0") =>
  optionFindings(options, release).map(({ option, problem }) => `${option} ${problem}`);

describe("the options of a config", () => {
  it("may be every option of the image's release that the program does not set", () => {
    const settable = optionsOf("26.9.0").filter((option) => !(option in RESERVED_OPTIONS));
    expect(settable).toEqual(
      expect.arrayContaining(["logging", "revert-reason-enabled", "tx-pool-max-size"]),
    );
    expect(problems(settable)).toEqual([]);
  });

  it("are all reported at once, each with what is wrong and what to do", () => {
    expect(
      problems(["--logging", "max-peers", "host-allowlist", "tx-pool-max-sise", "fast-sync-min-peers"]),
    ).toEqual([
      "--logging must be written without the leading dashes: logging",
      "max-peers is set by the program: it follows from the number of validators and RPC nodes",
      "host-allowlist is set by the program: it names the hosts of the node's Services; set besu.rpcHosts instead",
      'tx-pool-max-sise is no option of Besu 26.9.0; did you mean "tx-pool-max-size"?',
      "fast-sync-min-peers was removed in Besu 26.2.0, and the image has 26.9.0",
    ]);
  });

  it("must exist in the image's release", () => {
    expect(problems(["Xbft-legacy-protocol-encoding"], "26.6.0")).toEqual([]);
    expect(problems(["Xbft-legacy-protocol-encoding"], "26.5.0")).toEqual([
      "Xbft-legacy-protocol-encoding is an option only from Besu 26.6.0 on, and the image has 26.5.0",
    ]);
    expect(problems(["brand-new"], "27.1.0")).toEqual([
      `brand-new is no option of Besu 27.1.0; the options of releases after ${LAST_LISTED_RELEASE} are not known here`,
    ]);
  });

  it("are checked for reserved names where the release is not known", () => {
    expect(optionFindings(["max-peers", "no-such-option"], undefined).map(({ option }) => option)).toEqual([
      "max-peers",
    ]);
  });

  it("accepts no name that is not an option, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const isOption = lifetimeOf(name) !== undefined && !Object.hasOwn(RESERVED_OPTIONS, name);
        expect(problems([name]).length === 0).toBe(isOption && existsIn("26.9.0", lifetimeOf(name) ?? {}));
      }),
      { examples: [["constructor"], ["__proto__"], [""], ["logging"]] },
    );
  });
});

describe("the command line of a node", () => {
  const pod = (options: Record<string, string | number | boolean>) =>
    besuPod({
      role: "validator",
      image: "hyperledger/besu:26.9.0",
      cpu: "1",
      memory: "1Gi",
      zoneSpread: "DoNotSchedule",
      maxPeers: 100,
      options,
      genesisConfigMap: "genesis",
      staticNodesConfigMap: "static-nodes",
      hosts: ["validator-0.example.svc"],
      keyVolume: { secret: { secretName: "key" } },
      p2pHost: "192.0.2.1",
      nodeSelector: {},
      tolerations: [],
    });
  const commandLine = (options: Record<string, string | number | boolean> = {}) => {
    const { args } = (pod(options).containers as { args: unknown[] }[])[0] ?? { args: [] };
    return args.filter((argument) => typeof argument === "string");
  };
  const names = commandLine().map((argument) => /^--([^=]+)=/.exec(argument)?.[1] ?? argument);

  it("has only options of the newest release, and the config can set none of them", () => {
    expect(names.filter((name) => !optionsOf("26.9.0").includes(name))).toEqual([]);
    expect(names.filter((name) => !Object.hasOwn(RESERVED_OPTIONS, name))).toEqual([]);
  });

  it("ends with the options of the config", () => {
    expect(commandLine({ logging: "WARN", "revert-reason-enabled": true }).slice(-2)).toEqual([
      "--logging=WARN",
      "--revert-reason-enabled=true",
    ]);
  });

  it("allows hosts by the pod's address, which a scraper sends, and by the names of Services", () => {
    expect(commandLine()).toContain("--host-allowlist=localhost,127.0.0.1,$(POD_IP),validator-0.example.svc");
    const [container] = pod({}).containers as { env: unknown[] }[];
    expect(container?.env).toContainEqual({
      name: "POD_IP",
      valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } },
    });
  });

  it("lets peers open all connections, because a validator itself dials only static nodes", () => {
    expect(commandLine()).toContain("--remote-connections-max-percentage=100");
  });
});

describe("the peer limit", () => {
  /** How many RPC nodes stay connected to a validator. Besu counts static nodes towards the limit, but never drops one. */
  const connectedRpcNodes = (validators: number, rpcNodes: number, limit: number) =>
    Math.min(rpcNodes, Math.max(0, limit - (validators - 1)));

  it("leaves every RPC node connected to every validator", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 400 }),
        fc.integer({ min: 0, max: 3000 }),
        (validators, rpcNodes) => {
          const limit = maxPeers(validators, rpcNodes);
          expect(connectedRpcNodes(validators, rpcNodes, limit)).toBe(rpcNodes);
        },
      ),
    );
  });

  it("stays the same while a network of the usual size gets further RPC nodes", () => {
    expect([maxPeers(10, 5), maxPeers(48, 24), maxPeers(48, 27), maxPeers(48, 28)]).toEqual([
      100, 100, 100, 200,
    ]);
  });
});
