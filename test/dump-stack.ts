import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { bytesToHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../components/root";

/** A resource as a stack asks for it. */
interface Asked {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

/**
 * Renders a stack without a cloud: every resource that its program would register on the first `up`, sorted.
 * What a cloud or a key would tell is shown as `<name.property>`; secrets and code are left out.
 */
async function dump(stack: string): Promise<Asked[]> {
  const asked: Asked[] = [];
  const text = readFileSync(join(PROJECT_ROOT, `Pulumi.${stack}.yaml`), "utf8");
  const file = parse(text) as { config: Record<string, unknown> };
  setVariables(text);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        asked.push({ type, name, inputs: redact(inputs) });
        return { id: custom === false ? undefined : `<${name}>`, state: { ...inputs, ...told(type, name) } };
      },
      call: ({ token }) => answers(token),
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
  return asked.sort((a, b) => (a.name === b.name ? compare(a.type, b.type) : compare(a.name, b.name)));
}

/** The first account of the development mnemonic that everybody knows: the sender in Pulumi.dev.yaml. */
const DEPLOYER = mnemonicToAccount("test test test test test test test test test test test junk");

/** Variables that the config names must be set; what they hold must not be seen. */
function setVariables(config: string): void {
  for (const [, name = ""] of config.matchAll(/\$\{(\w+)\}/g)) {
    process.env[name] = `<${name}>`;
  }
  for (const [, name = ""] of config.matchAll(/keyVariable: (\w+)/g)) {
    process.env[name] = bytesToHex(DEPLOYER.getHdKey().privateKey ?? new Uint8Array());
  }
}

/** Pulumi's mock monitor knows no resource hooks; they run in the engine only, so here they are taken and forgotten. */
function acceptHooks(): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
  const accept = (_request: unknown, answer: (error: null, response: object) => void) => answer(null, {});
  Object.assign(monitor, { registerResourceHook: accept, registerErrorHook: accept });
}

/** What the resources' own outputs would be, so that what is made from them can be seen. */
function told(type: string, name: string): Record<string, unknown> {
  const index = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 32, 7);
  switch (type) {
    case "pulumi-nodejs:dynamic/chainfleet:ValidatorKey":
      return {
        privateKey: `<${name}.privateKey>`,
        nodeId: `<${name}.nodeId>`,
        address: `0x${index.toString(16).padStart(40, "0")}`,
      };
    case "pulumi-nodejs:dynamic/chainfleet:Genesis":
      return { file: "<genesis.json>", hash: "<genesis hash>", genesisValidators: [] };
    case "azure-native:network:PublicIPAddress":
    case "aws:ec2/eip:Eip":
      return { ipAddress: `<${name}.ip>`, publicIp: `<${name}.ip>`, allocationId: `<${name}.allocation>` };
    case "aws:eks/cluster:Cluster":
      return {
        endpoint: "https://<endpoint>",
        certificateAuthority: { data: "<ca>" },
        identities: [{ oidcs: [{ issuer: "https://<issuer>" }] }],
        vpcConfig: { clusterSecurityGroupId: `<${name}.securityGroup>` },
      };
    case "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment":
      return { address: `<${name}.address>`, transaction: `<${name}.transaction>`, block: 1 };
    case "pulumi-nodejs:dynamic/chainfleet:ForgeVerification":
      return { results: [] };
    default:
      return type.startsWith("azure-native:") ? { name: `<${name}.name>` } : {};
  }
}

function answers(token: string): Record<string, unknown> {
  switch (token) {
    case "azure-native:containerservice:listManagedClusterUserCredentials":
      return { kubeconfigs: [{ name: "exec", value: Buffer.from("<kubeconfig>").toString("base64") }] };
    case "aws:eks/getCluster:getCluster":
      return { endpoint: "https://<endpoint>", certificateAuthorities: [{ data: "<ca>" }] };
    default:
      throw new Error(`the program calls ${token}, which this dump does not answer`);
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
      // A build's hash follows from every package's version.
      .map(([key, inner]) => [key, key === "build" ? "<build>" : redact(inner)]),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The stacks that have a config file. */
function stacks(): string[] {
  return readdirSync(PROJECT_ROOT).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);
}

function render(asked: readonly Asked[]): string {
  return `${JSON.stringify(asked, null, 2).replaceAll(PROJECT_ROOT, "<project>")}\n`;
}

/** Writes a file for each stack into a folder. */
export async function writeAll(folder: string): Promise<void> {
  for (const stack of stacks()) {
    const asked = await dump(stack);
    writeFileSync(join(folder, `${stack}.json`), render(asked));
    process.stdout.write(`${stack}: ${asked.length} resources\n`);
  }
}
