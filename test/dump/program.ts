import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { bytesToHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { parse } from "yaml";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import { PROJECT_ROOT } from "../../components/root";
import { answerForKubernetes } from "./kubernetes-answers";

/** What is to be seen of a program that runs without a cloud. */
export interface Observation {
  /** Called with each resource that the program registers. */
  readonly resource?: (resource: MockResourceArgs) => void;
  /** Called with the monitor of the engine before the program starts. */
  readonly monitor?: (monitor: Record<string, unknown>) => void;
  /** Whether the program learns that it runs for a preview. @default that it runs for an `up` */
  readonly isPreview?: boolean;
}

/**
 * Runs the program of a stack without a cloud, as for the first `up`.
 *
 * @param changes values that the config has in addition, or in place of those in the file, by full key.
 */
export async function runWithoutCloud(
  stack: string,
  observation: Observation,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const text = readFileSync(join(PROJECT_ROOT, `Pulumi.${stack}.yaml`), "utf8");
  const file = parse(text) as { config: Record<string, unknown> };
  setVariables(text);
  answerForKubernetes(text);
  await pulumi.runtime.setMocks(
    {
      newResource: (resource) => {
        const { type, name, inputs, custom } = resource;
        if (type !== "pulumi:pulumi:Stack") {
          observation.resource?.(resource);
        }
        return {
          id: custom === false ? undefined : `<${name}>`,
          state: { ...inputs, ...outputsOf(resource) },
        };
      },
      call: ({ token, inputs }) => resultOf(token, inputs),
    },
    "chainfleet",
    stack,
    observation.isPreview ?? false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
  acceptHooks(monitor);
  observation.monitor?.(monitor);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries({ ...file.config, ...changes }).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const program = require(join(PROJECT_ROOT, "index")) as () => Promise<unknown>;
  // The language host, too, runs the program inside the resource that stands for the stack.
  await pulumi.runtime.runInPulumiStack(program);
  await pulumi.runtime.disconnect();
}

/** The first account of the publicly known development mnemonic: the sender in Pulumi.dev.yaml. */
const DEPLOYER = mnemonicToAccount("test test test test test test test test test test test junk");

/** Sets the environment variables to which the config refers. Their values must not appear in the dump. */
function setVariables(config: string): void {
  for (const [, name = ""] of config.matchAll(/\$\{(\w+)\}/g)) {
    process.env[name] = `<${name}>`;
  }
  for (const [, name = ""] of config.matchAll(/privateKeyFile: \$\{(\w+)\}/g)) {
    // Any file: its content is a secret.
    process.env[name] = join(PROJECT_ROOT, "LICENSE");
  }
  for (const [, name = ""] of config.matchAll(/keyVariable: (\w+)/g)) {
    process.env[name] = bytesToHex(DEPLOYER.getHdKey().privateKey ?? new Uint8Array());
  }
}

/** Accepts resource hooks, which Pulumi's mock monitor does not implement. The hooks are never run. */
function acceptHooks(monitor: Record<string, unknown>): void {
  const accept = (_request: unknown, respond: (error: null, response: object) => void) => respond(null, {});
  Object.assign(monitor, { registerResourceHook: accept, registerErrorHook: accept });
}

/** Outputs that a resource would have, so that the inputs that other resources derive from them are visible. */
function outputsOf({ type, name, inputs }: MockResourceArgs): Record<string, unknown> {
  const index = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 32, 7);
  switch (type) {
    case `${DYNAMIC_TYPE_PREFIX}ValidatorKey`:
      return {
        privateKey: `<${name}.privateKey>`,
        nodeId: `<${name}.nodeId>`,
        address: `0x${index.toString(16).padStart(40, "0")}`,
      };
    case `${DYNAMIC_TYPE_PREFIX}Genesis`:
      return { file: "<genesis.json>", hash: "<genesis hash>", genesisValidators: inputs.validators };
    case "azure-native:network:PublicIPAddress":
    case "aws:ec2/eip:Eip":
      return { ipAddress: `<${name}.ip>`, publicIp: `<${name}.ip>`, allocationId: `<${name}.allocation>` };
    case "kubernetes:core/v1:Service":
      return { spec: { ...inputs.spec, clusterIP: `<${name}.clusterIP>` } };
    case "aws:ec2/subnet:Subnet":
      return { availabilityZone: `<${name}.zone>` };
    case "aws:eks/cluster:Cluster":
      return {
        endpoint: "https://endpoint.invalid",
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
    case "azure-native:containerservice:getManagedCluster":
      // A cluster without pools, for the same reason.
      return {};
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["<zone a>", "<zone b>", "<zone c>"], zoneIds: ["<az1>", "<az2>", "<az3>"] };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { arn: "arn:aws:iam::123456789012:user/the-caller" };
    case "aws:ec2/getInstanceType:getInstanceType":
      return { instanceType: inputs.instanceType, defaultVcpus: 4 };
    case "aws:servicequotas/getServiceQuota:getServiceQuota":
      return { value: 1000 };
    case "azure-native:containerservice:listManagedClusterUserCredentials":
      return { kubeconfigs: [{ name: "exec", value: Buffer.from(AKS_KUBECONFIG).toString("base64") }] };
    case "aws:eks/getCluster:getCluster":
      return { endpoint: "https://endpoint.invalid", certificateAuthorities: [{ data: "Y2E=" }] };
    default:
      throw new Error(`The program calls ${token}, for which the dump has no result.`);
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
