import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InitializationFailed } from "../../../plugin/plugin";
import { Driver, freshState, openCloud, urnOf } from "../../../testing/cloud-session";

const group = "azure-native:resources:ResourceGroup";
const groupId = "/subscriptions/sub/resourceGroups/rg";
const write = "PUT Microsoft.Resources/resourceGroups";
const inputs = { resourceGroupName: "rg", location: "westeurope" };

async function azureOn(state: string, timeScale = 0) {
  const cloud = openCloud(state, timeScale);
  return { cloud, azure: await Driver.azure(cloud, { subscriptionId: "sub" }) };
}

describe("rate limits", () => {
  test("a burst over ARM's 200 deletions is throttled, retried as the client does, and counted", async () => {
    const { cloud, azure } = await azureOn(freshState());
    const made = [];
    for (let i = 0; i < 210; i++) {
      made.push(await azure.create(group, `rg${i}`, { ...inputs, resourceGroupName: `rg${i}` }));
      cloud.buckets.clear();
    }
    await Promise.all(made.map((one) => azure.delete(one)));
    const counts = cloud.statistics.of("DELETE Microsoft.Resources/resourceGroups");
    expect(counts).toEqual({ calls: 220, throttles: 10, retries: 10, errors: 0 });
  });

  test("a throttled read after a write does not fail the write", async () => {
    const { cloud, azure } = await azureOn(freshState());
    await Promise.all(
      Array.from({ length: 180 }, (_, i) =>
        azure.create(group, `rg${i}`, { ...inputs, resourceGroupName: `rg${i}` }),
      ),
    );
    expect(cloud.list()).toHaveLength(180);
    expect(cloud.statistics.of("GET Microsoft.Resources/resourceGroups").errors).toBeGreaterThan(0);
  });

  test("a client gives up after three retries with the cloud's own error", async () => {
    const { cloud, azure } = await azureOn(freshState());
    cloud.faults.set([{ match: { type: "*ResourceGroup" }, action: "throttle" }]);
    await expect(azure.create(group, "rg", inputs)).rejects.toThrow(/^Status=429 Code="TooManyRequests"/);
    expect(cloud.statistics.of(write)).toEqual({ calls: 4, throttles: 4, retries: 3, errors: 1 });
    expect(cloud.list()).toEqual([]);
  });

  test("EC2 counts by account and region", async () => {
    const cloud = openCloud();
    const here = await Driver.aws(cloud, { region: "eu-west-1" });
    const there = await Driver.aws(cloud, { region: "eu-west-2" });
    const allocate = (aws: Driver) => (_: unknown, i: number) => aws.create("aws:ec2/eip:Eip", `ip${i}`, {});
    await Promise.all(Array.from({ length: 50 }, allocate(here)));
    await Promise.all(Array.from({ length: 50 }, allocate(there)));
    expect(cloud.statistics.of("ec2:AllocateAddress").throttles).toBe(0);
    await Promise.all(Array.from({ length: 5 }, allocate(here)));
    expect(cloud.statistics.of("ec2:AllocateAddress").throttles).toBeGreaterThan(0);
  });
});

describe("faults", () => {
  test("an error is injected `times` times, and the count survives a restart", async () => {
    const state = freshState();
    const first = await azureOn(state);
    first.cloud.faults.set({
      seed: 3,
      faults: [{ match: { name: "rg" }, action: "error", code: "Broken", times: 2 }],
    });
    await expect(first.azure.create(group, "rg", inputs)).rejects.toThrow(/Code="Broken"/);
    const second = await azureOn(state);
    await expect(second.azure.create(group, "rg", inputs)).rejects.toThrow(/Code="Broken"/);
    await second.azure.create(group, "rg", inputs);
    expect(second.cloud.faults.report()).toMatchObject({ seed: 3, met: [2] });
  });

  test("match by urn, type, location and operation", async () => {
    const { cloud, azure } = await azureOn(freshState());
    const urn = urnOf(group, "rg");
    cloud.faults.set([
      {
        match: { urn, type: "azure-native:resources:*", location: "west*", operation: "delete" },
        action: "error",
      },
    ]);
    const made = await azure.create(group, "rg", inputs);
    await expect(azure.delete(made)).rejects.toThrow(/InternalServerError/);
    cloud.faults.set([{ match: { location: "north*" }, action: "error" }]);
    await azure.delete(made);
  });

  test("created-but-504: the answer is lost, but the resource exists and can be adopted", async () => {
    const { cloud, azure } = await azureOn(freshState());
    cloud.faults.set([{ match: { operation: "create" }, action: "created-but-504", times: 1 }]);
    await expect(azure.create(group, "rg", inputs)).rejects.toThrow(/Status=504/);
    await expect(azure.create(group, "rg", inputs)).rejects.toThrow(
      /cannot create already existing resource/,
    );
    expect((await azure.read(group, groupId))?.inputs).toMatchObject(inputs);
  });

  test("an operation that fails after acceptance leaves a failed resource in the state; an update repairs the resource", async () => {
    const { cloud, azure } = await azureOn(freshState(), 0.0001);
    cloud.faults.set([
      { match: {}, action: "error", code: "Quota", message: "no more", afterSeconds: 1, times: 1 },
    ]);
    const failed = await azure.create(group, "rg", inputs).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InitializationFailed);
    expect(failed).toMatchObject({
      id: groupId,
      outputs: { properties: { provisioningState: "Failed" } },
      reasons: [expect.stringMatching(/Code="Quota" Message="no more"/)],
    });
    const adopted = await azure.read(group, groupId);
    const news = { ...inputs, tags: { a: "b" } };
    const resource = { type: group, name: "rg", id: groupId, inputs, outputs: adopted?.outputs ?? {} };
    expect(await azure.update(resource, news)).toMatchObject({
      properties: { provisioningState: "Succeeded" },
    });
  });

  test("a hanging call ends when the caller cancels", async () => {
    const { cloud, azure } = await azureOn(freshState());
    cloud.faults.set([{ match: {}, action: "hang" }]);
    const cancel = new AbortController();
    const waiting = azure.create(group, "rg", inputs, cancel.signal);
    setTimeout(() => cancel.abort(new Error("cancelled")), 20);
    await expect(waiting).rejects.toThrow("cancelled");
    expect(cloud.list()).toEqual([]);
  });

  test("every mistake in a script is reported", () => {
    const cloud = openCloud();
    expect(() => cloud.faults.set([{ match: { urm: "x" }, action: "explode", times: 0 }])).toThrow(
      /urm[\s\S]*faults\[0\]\.match|action[\s\S]*urm/,
    );
  });

  test("a fault with a probability hits the same calls for the same seed", () => {
    const strikes = () => {
      const { faults } = openCloud();
      faults.set({ seed: 7, faults: [{ match: {}, action: "error", probability: 0.5 }] });
      const target = { urn: "", type: "", names: [], location: "", operation: "create" } as const;
      return Array.from({ length: 64 }, () => faults.meet(target) !== undefined);
    };
    const first = strikes();
    expect(strikes()).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });
});

describe("operations", () => {
  test("a cancelled wait is reported; the operation goes on and ends, also after a restart", async () => {
    const state = freshState();
    const { cloud, azure } = await azureOn(state, 0.5);
    const cancel = new AbortController();
    const waiting = azure.create(group, "rg", inputs, cancel.signal).catch((error: unknown) => error);
    while (cloud.list().length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    cancel.abort(new Error("cancelled"));
    const cancelled = await waiting;
    expect(cancelled).toBeInstanceOf(InitializationFailed);
    expect((cancelled as Error).message).toContain("was cancelled; the operation goes on in the cloud");
    const reopened = await azureOn(state, 0.5);
    expect(reopened.cloud.list().map((one) => reopened.cloud.state(one))).toEqual(["Creating"]);
    const [{ operation }] = reopened.cloud.list() as [ReturnType<typeof reopened.cloud.list>[number]];
    await reopened.cloud.clock.sleepUntil(operation.until, new AbortController().signal);
    expect((await reopened.azure.read(group, groupId))?.outputs).toMatchObject({
      properties: { provisioningState: "Succeeded" },
    });
  });

  test("a deletion completes even if no caller waits for it", async () => {
    const state = freshState();
    const { azure, cloud } = await azureOn(state, 0.02);
    const made = await azure.create(group, "rg", inputs);
    const deletion = azure.delete(made);
    while (cloud.list().some((one) => cloud.state(one) !== "Deleting")) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const reopened = await azureOn(state, 0.02);
    expect(reopened.cloud.list().map((one) => reopened.cloud.state(one))).toEqual(["Deleting"]);
    await deletion;
    expect(reopened.cloud.list()).toEqual([]);
    expect(cloud.list()).toEqual([]);
  });

  test("a read reports drift as changed inputs", async () => {
    const { cloud, azure } = await azureOn(freshState());
    const made = await azure.create(group, "rg", inputs);
    const [resource] = cloud.list();
    cloud.put({
      ...(resource as NonNullable<typeof resource>),
      inputs: { ...made.inputs, tags: { by: "hand" } },
    });
    expect((await azure.refresh(made))?.inputs).toEqual({ ...made.inputs, tags: { by: "hand" } });
  });

  test("check, diff and preview change no resource and call no API", async () => {
    const { cloud, azure } = await azureOn(freshState());
    const about = { urn: urnOf(group, "rg"), type: group, name: "rg" };
    const { inputs: checked } = await azure.session.check({
      ...about,
      olds: {},
      news: { location: "West Europe" },
      randomSeed: Buffer.from("seed"),
    });
    const again = await azure.session.check({
      ...about,
      olds: {},
      news: { location: "West Europe" },
      randomSeed: Buffer.from("seed"),
    });
    expect(again.inputs).toEqual(checked);
    const changes = (news: typeof checked) =>
      azure.session.diff({ ...about, id: groupId, oldInputs: checked, olds: {}, news, ignoreChanges: [] });
    expect((await changes({ ...checked, location: "westeurope" })).changes).toEqual([]);
    expect(await changes({ ...checked, location: "northeurope" })).toEqual({
      changes: [{ path: "location", kind: "update", replaces: true }],
      deleteBeforeReplace: false,
    });
    const preview = await azure.session.create({
      ...about,
      inputs: checked,
      preview: true,
      timeoutSeconds: 0,
      signal: new AbortController().signal,
    });
    expect(preview.id).toBe("");
    expect(String(preview.outputs.name)).toBe("<known after the deployment>");
    expect(cloud.list()).toEqual([]);
    expect(cloud.statistics.report().total.calls).toBe(0);
  });

  test("the same seed gives the same ids and addresses; a restart gives other ids", async () => {
    const make = async (state: string) => {
      const cloud = openCloud(state);
      const aws = await Driver.aws(cloud);
      const { id, outputs } = await aws.create("aws:ec2/eip:Eip", "ip", {});
      return { id, address: outputs.publicIp };
    };
    const state = freshState();
    const one = await make(state);
    expect(await make(freshState())).toEqual(one);
    expect((await make(state)).id).not.toBe(one.id);
    expect(readFileSync(join(state, "starts"), "utf8")).toBe("2");
  });
});
