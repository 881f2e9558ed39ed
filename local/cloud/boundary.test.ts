import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { CloudProcess, type Ports } from "../testing/cloud-process";
import { freshState, urnOf } from "../testing/cloud-session";
import { EngineClient } from "../testing/engine-client";

const run = promisify(execFile);
const group = "azure-native:resources:ResourceGroup";
const cluster = "azure-native:containerservice:ManagedCluster";
const scope = "/subscriptions/sub/resourceGroups/rg";
const clusterId = `${scope}/providers/Microsoft.ContainerService/managedClusters/aks`;
const clusterInputs = {
  resourceGroupName: "rg",
  resourceName: "aks",
  location: "westeurope",
  dnsPrefix: "aks",
  identity: { type: "SystemAssigned" },
  agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D4s_v5" }],
};

const running: CloudProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((cloud) => cloud.stop("SIGKILL")));
});

async function start(state: string, timeScale: number, ports?: Ports) {
  const cloud = await CloudProcess.start(state, timeScale, ports);
  running.push(cloud);
  const azure = await EngineClient.connect(cloud.ports["azure-native"], { subscriptionId: "sub" });
  return { cloud, azure };
}

test("a creation accepted before kill -9 is still under way after the restart and completes", async () => {
  const state = freshState();
  const first = await start(state, 0.02);
  await first.azure.create(urnOf(group, "rg"), { resourceGroupName: "rg", location: "westeurope" });
  const interrupted = first.azure
    .create(urnOf(cluster, "aks"), clusterInputs)
    .catch((error: Error) => error.message);
  await until(async () => {
    const resources = await first.cloud.control<{ id: string }[]>("GET", "/resources");
    return resources.some(({ id }) => id === clusterId);
  });
  await first.cloud.stop("SIGKILL");
  expect(await interrupted).toMatch(/UNAVAILABLE/);

  const second = await start(state, 0.02, first.cloud.ports);
  expect(second.cloud.ports).toEqual(first.cloud.ports);
  const adopted = await second.azure.read(urnOf(cluster, "aks"), clusterId);
  expect(adopted).toMatchObject({
    id: clusterId,
    inputs: clusterInputs,
    outputs: { provisioningState: "Creating", name: "aks" },
  });
  await expect(second.azure.create(urnOf(cluster, "aks"), clusterInputs)).rejects.toThrow(
    "cannot create already existing resource",
  );
  await until(async () => {
    const { outputs } = await second.azure.read(urnOf(cluster, "aks"), clusterId);
    return outputs.provisioningState === "Succeeded";
  });
  expect(await second.cloud.stop("SIGTERM")).toBe(0);
});

test("the fault script crashes the cloud once, and no accepted resource is lost", async () => {
  const state = freshState();
  const first = await start(state, 0.001);
  await first.cloud.control("PUT", "/faults", [
    { match: { type: group, operation: "create" }, action: "crash", afterSeconds: 0.5, times: 1 },
  ]);
  await expect(
    first.azure.create(urnOf(group, "rg"), { resourceGroupName: "rg", location: "westeurope" }),
  ).rejects.toThrow(/UNAVAILABLE/);
  const second = await start(state, 0.001);
  expect(await second.azure.read(urnOf(group, "rg"), scope)).toMatchObject({ id: scope });
  await second.azure.create(urnOf(group, "other"), { resourceGroupName: "other", location: "westeurope" });
});

test("the control API lists, changes and deletes resources, counts calls, and refuses unknown resources and paths", async () => {
  const { cloud, azure } = await start(freshState(), 0);
  await azure.create(urnOf(group, "rg"), { resourceGroupName: "rg", location: "westeurope" });
  const query = `/resources?id=${encodeURIComponent(scope)}`;
  expect(await cloud.control("GET", "/resources")).toEqual([
    {
      id: scope,
      type: group,
      name: "rg",
      location: "westeurope",
      state: "Succeeded",
      urn: urnOf(group, "rg"),
      tags: {},
    },
  ]);
  await cloud.control("PATCH", query, { tags: { by: "hand" } });
  expect((await azure.read(urnOf(group, "rg"), scope)).inputs).toMatchObject({ tags: { by: "hand" } });
  expect(await cloud.control("GET", "/statistics")).toMatchObject({
    operations: { "PUT Microsoft.Resources/resourceGroups": { calls: 1, throttles: 0 } },
  });
  await cloud.control("DELETE", query);
  expect((await azure.read(urnOf(group, "rg"), scope)).id).toBe("");
  expect(await cloud.control("GET", query)).toEqual({ error: `there is no resource ${scope}` });
  expect(await cloud.control("GET", "/nothing")).toMatchObject({
    error: expect.stringContaining("/resources"),
  });
  expect(await cloud.control("POST", "/reset")).toEqual({ reset: true });
});

test("kubelogin and aws print a token only for a cluster that is ready", async () => {
  const state = freshState();
  const { cloud, azure } = await start(state, 0);
  const tokenFile = join(state, "token");
  writeFileSync(tokenFile, "the-token\n");
  const env = {
    ...process.env,
    CHAINFLEET_LOCAL_CLOUD_CONTROL: `http://127.0.0.1:${cloud.ports.control}`,
    CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE: tokenFile,
    KUBERNETES_EXEC_INFO:
      '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}',
  };
  const command = (name: string, ...args: string[]) => run(join(__dirname, "bin", name), args, { env });
  const login = ["get-token", "--login", "azurecli", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"];
  await expect(command("kubelogin", ...login)).rejects.toThrow(/no AKS cluster is ready/);
  await azure.create(urnOf(group, "rg"), { resourceGroupName: "rg", location: "westeurope" });
  await azure.create(urnOf(cluster, "aks"), clusterInputs);
  const { stdout } = await command("kubelogin", ...login);
  expect(JSON.parse(stdout)).toEqual({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {},
    status: { token: "the-token" },
  });
  await expect(command("kubelogin", "convert-kubeconfig")).rejects.toThrow(/only 'kubelogin get-token/);
  const asServer = ["get-token", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"];
  for (const signIn of [[], ["--login", "devicecode"], ["--login", "interactive"]]) {
    await expect(command("kubelogin", ...asServer, ...signIn)).rejects.toThrow(/waits for a person/);
  }
  await expect(command("kubelogin", ...asServer, "--login", "workloadidentity")).rejects.toThrow(
    /client ID cannot be empty/,
  );
  const inCi = {
    AAD_LOGIN_METHOD: "workloadidentity",
    AZURE_CLIENT_ID: "client",
    AZURE_TENANT_ID: "tenant",
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
  };
  const signedIn = await run(join(__dirname, "bin", "kubelogin"), login, { env: { ...env, ...inCi } });
  expect(JSON.parse(signedIn.stdout).status).toEqual({ token: "the-token" });
  const eks = ["eks", "get-token", "--cluster-name", "none", "--region", "eu-west-1"];
  await expect(command("aws", ...eks)).rejects.toThrow(/no token for EKS cluster none in eu-west-1/);
  await expect(command("aws", "s3", "ls")).rejects.toThrow(/only 'aws eks get-token/);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
