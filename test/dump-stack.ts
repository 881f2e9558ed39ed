import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { bytesToHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { parse } from "yaml";
import { DYNAMIC_TYPE_PREFIX } from "../components/dynamic-type";
import { PROJECT_ROOT } from "../components/root";

/** A resource that a stack registers. */
interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

/**
 * Renders a stack without a cloud: every resource that its program would register on the first `up`, sorted by name.
 * Outputs of clouds and keys appear as `<name.property>`, secrets as `[secret]`; the code of providers is left out.
 */
async function dump(stack: string): Promise<RegisteredResource[]> {
  const resources: RegisteredResource[] = [];
  const text = readFileSync(join(PROJECT_ROOT, `Pulumi.${stack}.yaml`), "utf8");
  const file = parse(text) as { config: Record<string, unknown> };
  setVariables(text);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        resources.push({ type, name, inputs: redact(inputs) });
        return {
          id: custom === false ? undefined : `<${name}>`,
          state: { ...inputs, ...outputsOf(type, name) },
        };
      },
      call: ({ token, inputs }) => resultOf(token, inputs),
    },
    "chainfleet",
    stack,
    false,
  );
  acceptHooks();
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(file.config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const program = require(join(PROJECT_ROOT, "index")) as () => Promise<unknown>;
  await program();
  await pulumi.runtime.disconnect();
  return resources.sort((a, b) => (a.name === b.name ? compare(a.type, b.type) : compare(a.name, b.name)));
}

/** The first account of the publicly known development mnemonic: the sender in Pulumi.dev.yaml. */
const DEPLOYER = mnemonicToAccount("test test test test test test test test test test test junk");

/** Sets the environment variables to which the config refers. Their values must not appear in the dump. */
function setVariables(config: string): void {
  for (const [, name = ""] of config.matchAll(/\$\{(\w+)\}/g)) {
    process.env[name] = `<${name}>`;
  }
  for (const [, name = ""] of config.matchAll(/keyVariable: (\w+)/g)) {
    process.env[name] = bytesToHex(DEPLOYER.getHdKey().privateKey ?? new Uint8Array());
  }
}

/** Accepts resource hooks, which Pulumi's mock monitor does not implement. The hooks are never run. */
function acceptHooks(): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
  const accept = (_request: unknown, respond: (error: null, response: object) => void) => respond(null, {});
  Object.assign(monitor, { registerResourceHook: accept, registerErrorHook: accept });
}

/** Outputs that a resource would have, so that the inputs that other resources derive from them are visible. */
function outputsOf(type: string, name: string): Record<string, unknown> {
  const index = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 32, 7);
  switch (type) {
    case `${DYNAMIC_TYPE_PREFIX}ValidatorKey`:
      return {
        privateKey: `<${name}.privateKey>`,
        nodeId: `<${name}.nodeId>`,
        address: `0x${index.toString(16).padStart(40, "0")}`,
      };
    case `${DYNAMIC_TYPE_PREFIX}Genesis`:
      return { file: "<genesis.json>", hash: "<genesis hash>", genesisValidators: [] };
    case "azure-native:network:PublicIPAddress":
    case "aws:ec2/eip:Eip":
      return { ipAddress: `<${name}.ip>`, publicIp: `<${name}.ip>`, allocationId: `<${name}.allocation>` };
    case "aws:ec2/subnet:Subnet":
      return { availabilityZone: `<${name}.zone>` };
    case "aws:eks/cluster:Cluster":
      return {
        endpoint: "https://<endpoint>",
        certificateAuthority: { data: "<ca>" },
        identities: [{ oidcs: [{ issuer: "https://<issuer>" }] }],
        vpcConfig: { clusterSecurityGroupId: `<${name}.securityGroup>` },
      };
    case `${DYNAMIC_TYPE_PREFIX}ForgeDeployment`:
      return { address: `<${name}.address>`, transaction: `<${name}.transaction>`, block: 1 };
    case `${DYNAMIC_TYPE_PREFIX}ForgeVerification`:
      return { results: [] };
    default:
      return type.startsWith("azure-native:") ? { name: `<${name}.name>` } : {};
  }
}

function resultOf(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "azure-native:resources:getResourceGroup":
      // A group without an id: the mocks have no way to answer that a group does not exist.
      return {};
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["<zone a>", "<zone b>", "<zone c>"], zoneIds: ["<az1>", "<az2>", "<az3>"] };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { arn: "arn:aws:iam::123456789012:user/<caller>" };
    case "aws:ec2/getInstanceType:getInstanceType":
      return { instanceType: inputs.instanceType, defaultVcpus: 4 };
    case "aws:servicequotas/getServiceQuota:getServiceQuota":
      return { value: 1000 };
    case "azure-native:containerservice:listManagedClusterUserCredentials":
      return { kubeconfigs: [{ name: "exec", value: Buffer.from(AKS_KUBECONFIG).toString("base64") }] };
    case "aws:eks/getCluster:getCluster":
      return { endpoint: "https://<endpoint>", certificateAuthorities: [{ data: "<ca>" }] };
    default:
      throw new Error(`The program calls ${token}, for which the dump has no result.`);
  }
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function redact(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(redact);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) {
    return "[secret]";
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "__provider" && inner !== undefined)
      .sort(([a], [b]) => compare(a, b))
      // The build's hash changes with the version of every Solidity package.
      .map(([key, inner]) => [key, key === "build" ? "<build>" : redact(inner)]),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names of the stacks that have a config file. */
function stacks(): string[] {
  return readdirSync(PROJECT_ROOT).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);
}

function render(resources: readonly RegisteredResource[]): string {
  return `${JSON.stringify(resources, null, 2).replaceAll(PROJECT_ROOT, "<project>")}\n`;
}

/** Writes a dump of each stack into a folder. */
export async function writeAll(folder: string): Promise<void> {
  for (const stack of stacks()) {
    const resources = await dump(stack);
    writeFileSync(join(folder, `${stack}.json`), render(resources));
    process.stdout.write(`${stack}: ${resources.length} resources\n`);
  }
}

/** What the program reads of a kubeconfig that AKS writes. */
const AKS_KUBECONFIG = `
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from("<certificate authority>").toString("base64")}
    server: https://aks.invalid:443
  name: aks
`;
