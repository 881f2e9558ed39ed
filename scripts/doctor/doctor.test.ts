import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configAsWritten } from "../../stacks/config/check";
import type { WrittenConfig } from "../../stacks/config/written/written-config";
import { azureDemand, RESOURCE_PROVIDERS } from "./azure";
import { checksOf, diagnosisText, exitCodeOf, type MadeCheck } from "./doctor";
import { type Shell, type ShellResult, shell } from "./shell";

const said = (answer: unknown): ShellResult => ({
  ...{ code: 0, stderr: "" },
  stdout: typeof answer === "string" ? answer : JSON.stringify(answer),
});
const failed = (stderr: string): ShellResult => ({ code: 1, stdout: "", stderr });
const absent: ShellResult = { code: "missing", stdout: "", stderr: "" };

/** A machine on which everything is as it should be; the answers have the form of the CLIs' own. */
const ANSWERS: Readonly<Record<string, ShellResult>> = {
  "pulumi version": said("v3.248.0\n"),
  "pulumi whoami": said({ user: "ada", url: "https://api.example.com" }),
  kubelogin: said("kubelogin version\ngit hash: v0.2.10/abc"),
  "aws --version": said("aws-cli/2.31.0 Python/3.13.7"),
  "az account": said({ id: "sub", name: "Production", state: "Enabled" }),
  "az provider": said(
    RESOURCE_PROVIDERS.map((namespace) => ({ namespace, registrationState: "Registered" })),
  ),
  "az vm": said([{ name: { value: "cores" }, currentValue: "0", limit: "100" }]),
  "az network": said([{ name: { value: "StandardSkuPublicIpAddresses" }, currentValue: 0, limit: 20 }]),
  "aws sts": said({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/ada" }),
  "aws ec2 describe": said({
    InstanceTypes: [{ InstanceType: "m6i.xlarge", VCpuInfo: { DefaultVCpus: 4 } }],
  }),
  "aws ec2 get-ebs": said({ EbsEncryptionByDefault: true }),
  "aws service-quotas": said({ Quota: { Value: 100 } }),
};
const machine =
  (changes: Readonly<Record<string, ShellResult>> = {}): Shell =>
  async (program, args) => {
    const line = [program.split("/").at(-1), ...args].join(" ");
    const answers = { ...ANSWERS, ...changes };
    const key = Object.keys(answers).find((beginning) => line.startsWith(beginning));
    return key === undefined ? absent : (answers[key] ?? absent);
  };

const NETWORK: WrittenConfig = {
  "chainfleet:regions": [
    { cloud: "azure", name: "eastus" },
    { cloud: "aws", name: "us-west-2" },
  ],
};

async function made(run: Shell, written: WrittenConfig = NETWORK, simulated = false): Promise<MadeCheck[]> {
  const { config, findings } = configAsWritten(written);
  expect(findings).toEqual([]);
  if (config === undefined) throw new Error("no config");
  return Promise.all(
    checksOf({ name: "dev", config, written, simulated }, run).map(async ({ name, required, look }) => ({
      ...{ name, required },
      ...(await look()),
    })),
  );
}
const resultOf = (checks: readonly MadeCheck[], name: string) => {
  const { result, detail, next } = checks.find((check) => check.name.startsWith(name)) ?? {};
  return [result, detail, next];
};

describe("chainfleet doctor", () => {
  it("finds nothing on a machine where nothing is missing", async () => {
    const checks = await made(machine());
    expect(checks.filter(({ result }) => result !== "ok")).toEqual([]);
    expect(exitCodeOf(checks)).toBe(0);
    expect(checks.map(({ name }) => name)).toEqual([
      "pulumi",
      "pulumi: backend",
      "kubelogin",
      "aws",
      "Azure: subscription of the session",
      "Azure: resource providers of the session",
      "Azure: quotas in eastus",
      "AWS: account of the session",
      "AWS: quotas in us-west-2",
      "AWS: disks in us-west-2",
    ]);
  });

  it.each([
    ["pulumi", { "pulumi version": absent }, "missing", "pulumi is not on the PATH"],
    ["pulumi", { "pulumi version": said("v3.225.0") }, "missing", "is 3.225.0, and 3.248.0 is needed"],
    [
      "pulumi: backend",
      { "pulumi whoami": failed("error: not logged in") },
      "missing",
      "error: not logged in",
    ],
    ["kubelogin", { kubelogin: absent }, "missing", "kubelogin is not on the PATH"],
    [
      "Azure: subscription",
      { "az account": failed("Please run 'az login'") },
      "missing",
      "Please run 'az login'",
    ],
    ["Azure: subscription", { "az account": absent }, "unknown", "az is not on the PATH"],
    [
      "Azure: resource providers",
      { "az provider": said([{ namespace: "Microsoft.Network", registrationState: "Registered" }]) },
      "missing",
      "Microsoft.Compute, Microsoft.ContainerService, Microsoft.ManagedIdentity are not registered",
    ],
    [
      "AWS: account",
      { "aws sts": failed("Unable to locate credentials") },
      "missing",
      "Unable to locate credentials",
    ],
  ])("says for %s what is missing, and fails", async (name, changes, result, detail) => {
    const checks = await made(machine(changes as Record<string, ShellResult>));
    expect(resultOf(checks, name).slice(0, 2)).toEqual([result, detail]);
    expect(exitCodeOf(checks)).toBe(1);
  });

  it("looks for what keeps and mounts the validators' keys in the clouds' stores", async () => {
    const stored = { ...NETWORK, "chainfleet:besu": { keyStore: "cloud" } };
    const addons = "aws eks describe-addon-versions";
    const without = await made(machine({ [addons]: said({ addons: [] }) }), stored);
    expect(resultOf(without, "Azure: resource providers").slice(0, 2)).toEqual([
      "missing",
      "Microsoft.KeyVault is not registered",
    ]);
    expect(resultOf(without, "AWS: secrets add-on in us-west-2").slice(0, 2)).toEqual([
      "missing",
      "EKS has no add-on aws-secrets-store-csi-driver-provider for Kubernetes 1.35, which mounts the keys",
    ]);
    expect(exitCodeOf(without)).toBe(1);
    const registered = [...RESOURCE_PROVIDERS, "Microsoft.KeyVault"];
    const complete = machine({
      "az provider": said(registered.map((namespace) => ({ namespace, registrationState: "Registered" }))),
      [addons]: said({ addons: [{ addonName: "aws-secrets-store-csi-driver-provider" }] }),
    });
    expect((await made(complete, stored)).filter(({ result }) => result !== "ok")).toEqual([]);
    const refused = await made(machine({ [addons]: failed("AccessDenied") }), stored);
    expect(resultOf(refused, "AWS: secrets add-on").slice(0, 2)).toEqual(["unknown", "AccessDenied"]);
  });

  it("compares quotas with the plan; a quota that cannot be read is no pass, and does not fail", async () => {
    const small = await made(
      machine({
        "az vm": said([{ name: { value: "cores" }, limit: "10" }]),
        "aws service-quotas": said({ Quota: { Value: 2 } }),
      }),
    );
    expect(resultOf(small, "Azure: quotas").slice(0, 2)).toEqual(["missing", "needs 16 vCPUs of 10"]);
    expect(resultOf(small, "AWS: quotas")[1]).toContain(
      'needs 3 of the quota "EC2-VPC Elastic IPs" in us-west-2',
    );
    const unread = await made(
      machine({ "az vm": failed("Forbidden"), "aws service-quotas": failed("AccessDenied") }),
    );
    expect(resultOf(unread, "Azure: quotas").slice(0, 2)).toEqual(["unknown", "Forbidden"]);
    expect(resultOf(unread, "AWS: quotas").slice(0, 2)).toEqual(["unknown", "AccessDenied"]);
    expect(exitCodeOf(unread)).toBe(0);
  });

  it("says how much of a quota is in use", async () => {
    const used = { name: { value: "cores" }, currentValue: "88", limit: "100" };
    const checks = await made(machine({ "az vm": said([used]) }));
    expect(resultOf(checks, "Azure: quotas")[1]).toMatch(
      /^needs 16 of 100 vCPUs \(88 are in use\) and \d+ of 20 public addresses \(0\)/,
    );
  });

  it("asks in the subscription and with the profile of the config", async () => {
    const lines: string[] = [];
    const run = machine();
    await made(
      (program, args) => {
        lines.push([program, ...args].join(" "));
        return run(program, args);
      },
      {
        ...NETWORK,
        "azure-native:subscriptionId": "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
        "aws:profile": "prod",
      },
    );
    const clouds = lines.filter((line) => /^(az|aws (?!--version))/.test(line));
    expect(clouds.length).toBeGreaterThan(7);
    for (const line of clouds) {
      expect(line).toMatch(/--subscription 0b1f6471-1bf0-4dda-aec3-cb9272f09590|--profile prod/);
    }
  });

  it("asks no cloud on the local target", async () => {
    const checks = await made(machine({ "az account": absent, "aws sts": absent }), NETWORK, true);
    expect(exitCodeOf(checks)).toBe(0);
    expect(resultOf(checks, "Azure: account")[1]).toContain("simulated");
  });

  it("shows a table, and what to do", () => {
    const text = diagnosisText([
      { name: "kubelogin", required: true, result: "missing", detail: "not there", next: "Install it." },
      { name: "quotas", required: false, result: "unknown", detail: "Forbidden" },
    ]);
    expect(text).toMatch(/kubelogin.*missing.*not there/);
    expect(text).toMatch(/quotas.*unknown, not required.*Forbidden/);
    expect(text).toMatch(/to do:\n {2}kubelogin: Install it\.$/);
  });
});

describe("the demand of regions on Azure", () => {
  it("is the vCPUs of the nodes by the names of their sizes, and the addresses", () => {
    const region = { validators: 2, systemVmSize: "Standard_D4s_v5", validatorVmSize: "Standard_E8-4s_v5" };
    expect(azureDemand([region, region])).toEqual({ vcpus: 32, addresses: 6 });
    expect(azureDemand([{ ...region, systemVmSize: "custom" }]).vcpus).toBeUndefined();
  });
});

describe("the endpoints", () => {
  let server: Server;
  let answer = '{"result":"0x8a"}';
  beforeAll(() => {
    server = createServer((_, response) => response.end(answer));
    return new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
  });
  const contracts = (rpcUrl: string): WrittenConfig => ({
    "chainfleet:stack": "contracts",
    "chainfleet:contracts": {
      salt: "s",
      chains: {
        main: {
          ...{ chainId: 138, rpcUrl },
          sender: { address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", keyVariable: "SOME_KEY" },
          contracts: { Multicall: {} },
        },
      },
    },
  });
  it("are asked for their chain, and their URLs, which may contain a key, are not shown", async () => {
    const { port } = server.address() as AddressInfo;
    process.env.SOME_KEY = `0x${"1".repeat(64)}`;
    const written = contracts(`http://127.0.0.1:${port}/secret-key`);
    const found = resultOf(
      await made(machine({ "forge --version": said("forge 1.7.1") }), written),
      "RPC: main",
    );
    expect(found).toEqual(["ok", `chain 138 at 127.0.0.1:${port}`, undefined]);
    answer = '{"result":"0x1"}';
    const other = resultOf(await made(machine(), written), "RPC: main");
    expect(other.slice(0, 2)).toEqual([
      "missing",
      `127.0.0.1:${port} has the chain 1, and the config says 138`,
    ]);
    expect(JSON.stringify([found, other])).not.toContain("secret-key");
  });
});

describe("a program of this machine", () => {
  it("is run, or is missing", async () => {
    expect(await shell(process.execPath, ["-e", "console.log(1)"])).toEqual(said("1\n"));
    expect(await shell(process.execPath, ["-e", "process.exit(3)"])).toMatchObject({ code: 3 });
    expect(await shell("no-such-program-of-chainfleet", [])).toMatchObject({ code: "missing" });
  });
});
