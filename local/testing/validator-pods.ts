import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { genesisFile } from "../../components/besu/genesis/genesis";
import { commandLine } from "../../components/besu/options/program-options";
import { roleLabels } from "../../components/besu/role";
import { validatorObjectName } from "../../components/naming";
import type { Cluster } from "../kubernetes/control-plane/cluster";
import { allSettledOrThrow } from "../kubernetes/control-plane/reconcile";

/** A region: a namespace with validators. */
export interface ValidatorNamespace {
  readonly name: string;
  readonly namespace: string;
  readonly validators: readonly `0x${string}`[];
}

/**
 * Creates a network of regions with two validators each in one Kubernetes cluster: the objects that the program makes, without
 * those that these commands do not look at.
 */
export async function createNetwork(cluster: Cluster, regions: number): Promise<ValidatorNamespace[]> {
  const nodes = Array.from({ length: regions * VALIDATORS }, (_, index) => {
    const key = generatePrivateKey();
    const account = privateKeyToAccount(key);
    return { key, account, host: `198.51.${Math.floor(index / 250) + 100}.${(index % 250) + 1}` };
  });
  const genesis = genesisFile(
    {
      chainId: 138,
      blockPeriodSeconds: 2,
      requestTimeoutSeconds: 4,
      epochLength: 30_000,
      gasLimit: 30_000_000,
      alloc: {},
      deterministicDeployer: true,
    },
    nodes.map(({ account }) => account.address),
  );
  const staticNodes = nodes.map(
    ({ account, host }) => `enode://${account.publicKey.slice("0x04".length)}@${host}:30303`,
  );
  const created = Array.from({ length: regions }, (_, index) => ({
    name: `region-${index}`,
    namespace: `validators-${index}`,
    members: nodes.slice(index * VALIDATORS, (index + 1) * VALIDATORS),
  }));
  await allSettledOrThrow(
    created.map(async ({ namespace, members }) => {
      await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
      await cluster.core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "genesis" }, data: { "genesis.json": JSON.stringify(genesis) } },
      });
      await cluster.core.createNamespacedConfigMap({
        namespace,
        body: {
          metadata: { name: "static-nodes" },
          data: { "static-nodes.json": JSON.stringify(staticNodes) },
        },
      });
      for (const [index, { key, host }] of members.entries()) {
        await createValidator(cluster, { namespace, name: validatorObjectName(index), key, host });
      }
    }),
  );
  return created.map(({ name, namespace, members }) => ({
    name,
    namespace,
    validators: members.map(({ account }) => account.address),
  }));
}

export const VALIDATORS = 2;

async function createValidator(
  { core, objects }: Cluster,
  validator: {
    readonly namespace: string;
    readonly name: string;
    readonly key: string;
    readonly host: string;
  },
): Promise<void> {
  const { namespace, name, key, host } = validator;
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: `${name}-key` }, stringData: { key } },
  });
  await createVolumeClaim({ core }, namespace, name);
  const labels = { ...roleLabels("validator"), "app.kubernetes.io/instance": name };
  const args = commandLine({ maxPeers: 100, hosts: [], p2pHost: host, keyFile: "/key/key", options: {} });
  await objects.create({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          tolerations: [{ operator: "Exists" }],
          containers: [
            {
              name: "besu",
              image: "hyperledger/besu:26.9.0",
              // The host is plain text, so no argument is an output.
              args: await Promise.all(args.map((argument) => resolved(argument))),
              env: [
                { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
              ],
              volumeMounts: [
                { name: "genesis", mountPath: "/config/genesis" },
                { name: "static-nodes", mountPath: "/config/static-nodes" },
                { name: "key", mountPath: "/key" },
                { name: "data", mountPath: "/data" },
              ],
            },
          ],
          volumes: [
            { name: "genesis", configMap: { name: "genesis" } },
            { name: "static-nodes", configMap: { name: "static-nodes" } },
            { name: "key", secret: { secretName: `${name}-key` } },
            { name: "data", persistentVolumeClaim: { claimName: `${name}-data` } },
          ],
        },
      },
    },
  } as never);
}

/** Creates the volume claim of a validator. */
export async function createVolumeClaim(
  { core }: Pick<Cluster, "core">,
  namespace: string,
  name: string,
): Promise<void> {
  await core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: {
      metadata: { name: `${name}-data` },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
  });
}

function resolved(argument: unknown): Promise<string> {
  return typeof argument === "string"
    ? Promise.resolve(argument)
    : new Promise((resolve) => (argument as { apply(use: (value: string) => void): void }).apply(resolve));
}
