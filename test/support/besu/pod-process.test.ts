import { expect, it } from "vitest";
import { type Container, type PodPlace, podProcess, type RenderedPod } from "./pod-process";

const nodeId = (digit: string) => digit.repeat(128);

const place: PodPlace = {
  folder: "/tmp/validator-0",
  address: "127.0.1.1",
  ports: { rpc: 41_001, metrics: 41_002, p2p: 41_003 },
};
const other: PodPlace = { ...place, address: "127.0.1.2", ports: { p2p: 42_003 } };
const peers = new Map([
  ["203.0.113.1", place],
  ["203.0.113.2", other],
]);

const probe = { httpGet: { path: "/liveness", port: "rpc" } };

function pod(changes: Partial<Container> = {}): RenderedPod {
  const container: Container = {
    args: [],
    env: [{ name: "JAVA_OPTS", value: "-Djava.io.tmpdir=/tmp" }],
    ports: [
      { name: "rpc", containerPort: 8545 },
      { name: "metrics", containerPort: 9545 },
      { name: "p2p", containerPort: 30_303 },
    ],
    resources: { limits: { cpu: "1500m", memory: "4Gi" } },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "static-nodes", mountPath: "/config/static-nodes" },
      { name: "tmp", mountPath: "/tmp" },
    ],
    startupProbe: probe,
    livenessProbe: probe,
    readinessProbe: probe,
    ...changes,
  };
  const enodes = `["enode://${nodeId("a")}@203.0.113.1:30303", "enode://${nodeId("b")}@203.0.113.2:30303"]`;
  return {
    name: "region/validator-0",
    spec: { containers: [container] },
    volumes: { "static-nodes": { "static-nodes.json": enodes } },
  };
}

const argsOf = (...args: string[]) => podProcess(pod({ args }), place, peers).args;

it("keeps an argument that several processes of one machine may share", () => {
  const args = [
    "--sync-mode=FULL",
    "--max-peers=100",
    "--rpc-http-host=0.0.0.0",
    "--host-allowlist=localhost,rpc",
  ];
  expect(argsOf(...args)).toEqual(args);
});

it("puts the paths below a mount into the process's folder, and no others", () => {
  expect(argsOf("--data-path=/data", "--static-nodes-file=/config/static-nodes/static-nodes.json")).toEqual([
    "--data-path=/tmp/validator-0/data",
    "--static-nodes-file=/tmp/validator-0/config/static-nodes/static-nodes.json",
  ]);
  expect(argsOf("--rpc-http-authentication-credentials-file=/database")).toEqual([
    "--rpc-http-authentication-credentials-file=/database",
  ]);
});

it("replaces the container's ports by the process's, and refuses an option for a port that the container lacks", () => {
  expect(argsOf("--p2p-port=30303", "--rpc-http-port=8545", "--metrics-port=9545")).toEqual([
    "--p2p-port=41003",
    "--rpc-http-port=41001",
    "--metrics-port=41002",
  ]);
  expect(() => argsOf("--rpc-ws-port=8546")).toThrow(/region\/validator-0.*8546/);
});

it("replaces the public P2P addresses in the arguments and in the static nodes", () => {
  const { args, files } = podProcess(pod({ args: ["--p2p-host=203.0.113.1"] }), place, peers);
  expect(args).toEqual(["--p2p-host=127.0.1.1"]);
  expect(JSON.parse(files["/tmp/validator-0/config/static-nodes/static-nodes.json"] ?? "")).toEqual([
    `enode://${nodeId("a")}@127.0.1.1:41003`,
    `enode://${nodeId("b")}@127.0.1.2:42003`,
  ]);
});

it("refuses a P2P address that no validator has", () => {
  expect(() => argsOf("--p2p-host=203.0.113.3")).toThrow(/203\.0\.113\.3/);
});

it("expands variables as Kubernetes does, the pod's IP address among them", () => {
  const env = [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }];
  const { args } = podProcess(
    pod({ args: ["--host-allowlist=localhost,$(POD_IP),$(OTHER)"], env }),
    place,
    peers,
  );
  expect(args).toEqual(["--host-allowlist=localhost,127.0.1.1,$(OTHER)"]);
});

it("tells the JVM the limits that the container's control group would have", () => {
  expect(podProcess(pod(), place, peers).environment).toEqual({
    JAVA_OPTS: `-Djava.io.tmpdir=/tmp/validator-0/tmp -XX:MaxRAM=${4 * 1024 ** 3} -XX:ActiveProcessorCount=2`,
  });
});
