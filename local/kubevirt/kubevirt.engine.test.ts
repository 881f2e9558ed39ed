import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesWithVariable } from "../services/processes";
import { MACHINE_MARKER } from "../ssh/server";
import { type MachineChanges, virtualMachine } from "../testing/benchmark-machine";
import { KubeVirtSession, NAMESPACE, until } from "../testing/kubevirt-session";

let session: KubeVirtSession;
beforeAll(async () => {
  session = await KubeVirtSession.start();
});
afterAll(() => session?.stop());

test("a machine is scheduled, boots, runs a job of the real fio within its pool's limits, and goes with everything", async () => {
  await session.createMachine("vm-0");
  const { status } = await session.condition("vm-0", "AgentConnected");
  expect(status).toMatchObject({
    phase: "Running",
    nodeName: expect.stringMatching(/^worker-\d$/),
    interfaces: [{ name: "default", ipAddress: expect.stringMatching(/^10\.244\./) }],
  });
  expect(status?.phaseTransitionTimestamps?.map(({ phase }) => phase)).toEqual([
    "Pending",
    "Scheduling",
    "Scheduled",
    "Running",
  ]);
  expect((await session.status("vm-0", "Running")).status).toMatchObject({ created: true, ready: true });

  const unit = await until("the end of the job", async () => {
    const properties = await session.unit("vm-0", "perf-test");
    return properties["ActiveState"] === "activating" || properties["SubState"] === "dead"
      ? undefined
      : properties;
  });
  expect(unit).toEqual({ ActiveState: "active", SubState: "exited", Result: "success", ExecMainStatus: "0" });
  const { output } = await session.ssh("vm-0", "cat /home/perf-test/results/fio.json");
  const [job] = JSON.parse(output).jobs;
  expect(job.write.iops).toBeGreaterThan(100);
  expect(job.write.iops).toBeLessThan(900);

  expect((await session.ssh("vm-0", "mountpoint data; mountpoint -q results")).output).toBe(
    "data is a mountpoint\n",
  );

  // The next job, as the product starts one.
  const next = "[next]\ndirectory=data\nsize=1m\nrw=write\nbs=64k\n";
  await session.ssh("vm-0", "cat > job.fio", next);
  expect(await session.ssh("vm-0", "sudo -n systemctl restart perf-test.service")).toEqual({
    output: "",
    code: 0,
  });
  expect(JSON.parse((await session.ssh("vm-0", "cat results/fio.json")).output).jobs[0].jobname).toBe("next");
  expect(await session.statistics()).toMatchObject({
    machines: { running: 1, booted: 1 },
    fioRuns: { "perf-test-sc-rep3": 2 },
  });

  const { uid = "" } = (await session.instance("vm-0"))?.metadata ?? {};
  await session.deleteMachine("vm-0");
  await session.ended("vm-0");
  expect(processesWithVariable(MACHINE_MARKER, uid)).toEqual([]);
  await until("the end of the volume", async () => {
    const { items } = await session.cluster.core.listPersistentVolume();
    const folders = readdirSync(join(session.folder, "kubevirt", "pools", "perf-test-sc-rep3"));
    return items.length === 0 && folders.length === 0 ? true : undefined;
  });
  const { items } = await session.cluster.core.listNamespacedPod({ namespace: NAMESPACE });
  expect(items).toEqual([]);
});

test("what virt-api refuses is refused, and so is an unknown field", async () => {
  const refused = (changes: MachineChanges) => session.create(virtualMachine("refused", changes));
  await expect(refused({ domain: { memroy: {} } })).rejects.toThrow(/unknown field .*memroy/);
  await expect(refused({ domain: { memory: {} } })).rejects.toThrow(/no memory requested/);
  await expect(refused({ spec: { networks: [] } })).rejects.toThrow(/name is not found among the networks/);
  await expect(
    refused({ spec: { volumes: [{ name: "root", containerDisk: { image: "x" } }] } }),
  ).rejects.toThrow(/name is not found among the volumes/);
  await expect(refused({ spec: { evictionStrategy: "Never" } })).rejects.toThrow(/Unsupported value/);
});

test("a machine for which no node has room is unschedulable", async () => {
  await session.createMachine("large", { cpuRequest: "17" });
  await session.status("large", "ErrorUnschedulable");
  const conditions = (await session.instance("large"))?.status?.conditions ?? [];
  expect(conditions.find(({ type }) => type === "PodScheduled")).toMatchObject({
    status: "False",
    reason: "Unschedulable",
    message: expect.stringMatching(/Insufficient cpu/),
  });
  await expect(session.forwarded("large", 22)).rejects.toThrow(/400 .*no network interfaces are present/);
  await session.deleteMachine("large");
  await session.ended("large");
});

test("a missing claim and a missing Secret are reported, and the machine starts once both exist", async () => {
  await session.create(virtualMachine("early"));
  await session.status("early", "ErrorPvcNotFound");
  await expect(session.forwarded("early", 22)).rejects.toThrow(/400/);
  await expect(session.forwarded("nobody", 22)).rejects.toThrow(/404 .*"nobody.*not found/);
  await session.createClaim("early", "perf-test-sc-rep2");
  await session.event("FailedMount", /secret "early-cloud-init" not found/);
  expect((await session.vm("early"))?.status?.printableStatus).toBe("Starting");
  await session.createSecret("early");
  await session.condition("early", "AgentConnected");
  await session.deleteMachine("early");
  await session.ended("early");
});

test("discovery lists the subresources, and a namespace can be deleted, whether the service runs or not", async () => {
  const { core } = session.cluster;
  const deleted = async (name: string) => {
    await core.createNamespace({ body: { metadata: { name } } });
    await core.deleteNamespace({ name });
    await until(`the end of ${name}`, async () => {
      const { items } = await core.listNamespace();
      return items.some(({ metadata }) => metadata?.name === name) ? undefined : true;
    });
  };
  const resources = await session.cluster.custom.getAPIResources({
    group: "subresources.kubevirt.io",
    version: "v1",
  });
  expect(resources.resources.map(({ name }) => name)).toContain("virtualmachineinstances/portforward");
  await deleted("with-service");
  await session.kubevirt.stop("SIGTERM");
  await deleted("without-service");
  await session.startKubeVirt();
});

test("a VM whose pod is deleted gets a new instance, and a halted VM has none", async () => {
  await session.createMachine("restarted");
  const first = (await session.condition("restarted", "AgentConnected")).metadata?.uid;
  const { core } = session.cluster;
  const { items } = await core.listNamespacedPod({ namespace: NAMESPACE });
  const [pod] = items.filter(({ metadata }) => metadata?.name?.startsWith("virt-launcher-restarted-"));
  await core.deleteNamespacedPod({ namespace: NAMESPACE, name: pod?.metadata?.name ?? "" });
  await until("another instance", async () => {
    const instance = await session.instance("restarted");
    return instance !== undefined && instance.metadata?.uid !== first ? instance : undefined;
  });
  await session.condition("restarted", "AgentConnected");
  await session.patch("restarted", { spec: { runStrategy: "Halted" } });
  // A VM is Stopped as soon as its instance has ended; the instance goes a moment later.
  await until("a VM without an instance", async () => {
    const { created, printableStatus } = (await session.vm("restarted"))?.status ?? {};
    return created === false && printableStatus === "Stopped" ? true : undefined;
  });
  await session.deleteMachine("restarted");
  await session.ended("restarted");
});

test("faults: a machine that never boots, fio that fails, fio that hangs", async () => {
  await session.faults([
    { storageClass: "perf-test-sc-ec-2-1", boot: "never" },
    { storageClass: "*-500-iops", fio: "fails" },
    { storageClass: "*-3000-iops", fio: "hangs" },
  ]);
  await Promise.all([
    session.createMachine("dead", { storageClass: "perf-test-sc-ec-2-1" }),
    session.createMachine("failing", { storageClass: "ibmc-vpc-file-500-iops" }),
    session.createMachine("hanging", { storageClass: "ibmc-vpc-file-3000-iops" }),
  ]);
  await session.condition("failing", "AgentConnected");
  const failed = await until("the failure", async () => {
    const unit = await session.unit("failing", "perf-test");
    return unit["ActiveState"] === "failed" ? unit : undefined;
  });
  expect(failed).toMatchObject({ SubState: "failed", Result: "exit-code", ExecMainStatus: "1" });
  expect((await session.ssh("failing", "journalctl -u perf-test -n 5")).output).toMatch(
    /Input\/output error/,
  );
  await session.condition("hanging", "AgentConnected");
  await until("the start of the job that hangs", async () =>
    (await session.unit("hanging", "perf-test"))["ActiveState"] === "activating" ? true : undefined,
  );
  await session.ssh("hanging", "sudo systemctl stop perf-test");
  expect(await session.unit("hanging", "perf-test")).toMatchObject({
    ActiveState: "failed",
    Result: "signal",
  });
  await session.status("dead", "Running");
  await expect(session.forwarded("dead", 22)).rejects.toThrow(/500 .*connection refused/);
  await session.faults([]);
  await Promise.all(["dead", "failing", "hanging"].map((name) => session.deleteMachine(name)));
});

test("a machine outlives the service's SIGKILL with its disk, and a cloud-config that is refused is reported", async () => {
  await session.createMachine("kept");
  await session.createMachine("refused", { cloudConfig: { bootcmd: [["true"]] } });
  await session.condition("kept", "AgentConnected");
  await session.ssh("kept", "echo kept > note && echo data > data/note");
  await session.event("GuestBootFailed", /bootcmd/);
  await session.kubevirt.stop("SIGKILL");
  await session.startKubeVirt();
  const note = await until("the machine after the restart", () =>
    session.ssh("kept", "cat note data/note").catch(() => undefined),
  );
  expect(note.output).toBe("kept\ndata\n");
  await session.condition("kept", "AgentConnected");
  await Promise.all(["kept", "refused"].map((name) => session.deleteMachine(name)));
  await until("the end of both", async () =>
    (await session.vm("kept")) === undefined && (await session.vm("refused")) === undefined
      ? true
      : undefined,
  );
});
