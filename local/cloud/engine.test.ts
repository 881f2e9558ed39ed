import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { afterEach, expect, test } from "vitest";
import { CHECKOUT } from "../root";
import { CloudProcess } from "../testing/cloud-process";
import { type Settings, stackOf } from "../testing/cloud-program";
import { freshState } from "../testing/cloud-session";

const clusterType = "azure-native:containerservice:ManagedCluster";

const running: CloudProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((cloud) => cloud.stop("SIGKILL")));
});

async function start(timeScale: number): Promise<{ cloud: CloudProcess; state: string; settings: Settings }> {
  const state = freshState();
  const backend = join(state, "backend");
  mkdirSync(backend);
  const cloud = await CloudProcess.start(state, timeScale);
  running.push(cloud);
  return { cloud, state, settings: { ports: cloud.ports, backend } };
}

test("deploys a stack, changes nothing the second time, corrects drift, and destroys every resource", async () => {
  const { cloud, settings } = await start(0.001);
  const stack = await stackOf(settings);
  const preview = await stack.preview();
  expect(preview.changeSummary).toEqual({ create: 6 });
  expect(await list(cloud)).toEqual([]);

  const up = await stack.up();
  expect(up.summary.resourceChanges).toEqual({ create: 6 });
  expect(up.outputs.issuer?.value.issuerURL).toMatch(/^https:\/\/westeurope\.oic/);
  expect((await (await stackOf(settings)).up()).summary.resourceChanges).toEqual({ same: 6 });
  // The cluster lists the pool that is a resource of its own, so its first refresh reports a change.
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 5, update: 1 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 5, update: 1 });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 6 });

  const tagged = await stackOf({ ...settings, tags: { by: "program" } });
  expect((await tagged.preview()).changeSummary).toEqual({ same: 5, update: 1 });
  const [network] = (await list(cloud)).filter(({ type }) => type.endsWith(":VirtualNetwork"));
  await cloud.control("PATCH", `/resources?id=${encodeURIComponent(network?.id ?? "")}`, {
    tags: { by: "hand" },
  });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 5, update: 1 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 5, update: 1 });

  await stack.destroy();
  expect(await list(cloud)).toEqual([]);
});

test("after kill -9 of the engine during a cluster's creation, the cluster is adopted and the other resources are created", async () => {
  const { cloud, settings } = await start(0.01);
  const program = spawn(
    process.execPath,
    ["--require", "./typescript.js", join("local", "testing", "cloud-program.ts"), JSON.stringify(settings)],
    { cwd: CHECKOUT, detached: true, stdio: ["ignore", "ignore", "inherit"] },
  );
  const exit = once(program, "exit");
  const cluster = await Promise.race([
    untilListed(cloud, clusterType),
    exit.then(([code]) => {
      throw new Error(`the program exited with ${code} before the cloud listed the cluster`);
    }),
  ]);
  process.kill(-(program.pid ?? Number.NaN), "SIGKILL");
  await exit;

  const stack = await stackOf(settings);
  await stack.cancel();
  await adopt(stack, await list(cloud));
  await stack.refresh();
  const adopted = (await stack.exportStack()).deployment.resources.find(
    ({ type }: { type: string }) => type === clusterType,
  );
  expect(adopted).toMatchObject({ id: cluster.id, outputs: { fqdn: expect.stringContaining("azmk8s.io") } });

  const completed = await untilListed(cloud, clusterType, "Succeeded");
  // The number of resources requested before the engine was killed differs from run to run.
  expect((await stack.up()).summary.result).toBe("succeeded");
  expect(await untilListed(cloud, clusterType)).toEqual(completed);
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 6 });
  await stack.destroy();
  expect(await list(cloud)).toEqual([]);
});

test("after kill -9 and a restart of the cloud during a cluster's creation, the cluster is imported", async () => {
  const { cloud, state, settings } = await start(0.01);
  const up = (await stackOf(settings)).up().catch((error: Error) => error.message);
  const cluster = await untilListed(cloud, clusterType);
  await cloud.stop("SIGKILL");
  running.push(await CloudProcess.start(state, 0.01, cloud.ports));
  expect(await up).toMatch(/error: update failed|errored/);

  await untilListed(cloud, clusterType, "Succeeded");
  await expect((await stackOf(settings)).up()).rejects.toThrow(
    `cannot create already existing resource '${cluster.id}'`,
  );
  const stack = await stackOf({ ...settings, importCluster: cluster.id });
  // The other resources created before the cloud was killed differ from run to run.
  expect((await stack.up()).summary.resourceChanges).toMatchObject({ import: 1 });
  await stack.destroy();
  expect(await list(cloud)).toEqual([]);
});

/**
 * Moves the resources whose creation was pending when the engine was killed from the state's pending operations to
 * its resources, each with the id that the cloud lists for the resource's URN. (`refresh --import-pending-creates` of
 * Pulumi 3.225 drops these resources instead.)
 */
async function adopt(stack: Stack, resources: readonly Listed[]): Promise<void> {
  const state = await stack.exportStack();
  const pending: { resource: { urn: string; id?: string } }[] = state.deployment.pending_operations ?? [];
  expect(pending.map(({ resource }) => resource.urn)).toContainEqual(expect.stringContaining(clusterType));
  for (const { resource } of pending) {
    const id = resources.find(({ urn }) => urn === resource.urn)?.id;
    if (id !== undefined) {
      state.deployment.resources.push({ ...resource, id });
    }
  }
  state.deployment.pending_operations = [];
  await stack.importStack(state);
}

interface Listed {
  readonly id: string;
  readonly urn?: string;
  readonly type: string;
  readonly state: string;
}

function list(cloud: CloudProcess): Promise<Listed[]> {
  return cloud.control("GET", "/resources");
}

async function untilListed(cloud: CloudProcess, type: string, state?: string): Promise<Listed> {
  for (;;) {
    const found = (await list(cloud)).find(
      (resource) => resource.type === type && (state === undefined || resource.state === state),
    );
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
