import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as empty from "google-protobuf/google/protobuf/empty_pb";
import * as struct from "google-protobuf/google/protobuf/struct_pb";
import { afterEach, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../../components/root";

const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const { ConfigureRequest, CreateRequest } = require("@pulumi/pulumi/proto/provider_pb");

let plugin: ChildProcess;

afterEach(() => {
  plugin.kill("SIGKILL");
});

it("the engine's request to cancel ends an operation that waits", async () => {
  plugin = spawn(
    join(PROJECT_ROOT, "scripts/engine/dynamic-provider/pulumi-resource-pulumi-nodejs"),
    ["127.0.0.1:1"],
    { cwd: PROJECT_ROOT, stdio: ["pipe", "pipe", "ignore"] },
  );
  const said: string[] = [];
  const [port] = await once(plugin.stdout as NodeJS.ReadableStream, "data");
  plugin.stdout?.on("data", (line) => said.push(String(line)));
  const client = new ResourceProviderClient(`127.0.0.1:${Number(port)}`, grpc.credentials.createInsecure());
  const call = (method: string, request: unknown) =>
    new Promise((resolve, reject) => {
      client[method](request, (error: Error | null, response: unknown) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  const configure = new ConfigureRequest();
  configure.setArgs(struct.Struct.fromJavaScript({}));
  await call("configure", configure);

  const create = new CreateRequest();
  create.setProperties(struct.Struct.fromJavaScript(await waitingCheck()));
  const created = call("create", create).then(
    () => "created",
    (error: Error) => error.message,
  );
  await expect.poll(() => said.join(""), { timeout: 60_000 }).toContain("chain138 is not healthy yet");
  await call("cancel", new empty.Empty());
  expect(await created).toContain("HEALTH_CHECK_CANCELLED");
});

/** A health gate of a network whose only cluster refuses connections. */
async function waitingCheck(): Promise<Record<string, struct.JavaScriptValue>> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  const kubeconfig = JSON.stringify({
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    users: [{ name: "c", user: {} }],
    "current-context": "c",
  });
  return {
    __provider:
      'exports.handler = () => require(process.cwd() + "/providers.js").providerOf("NetworkHealth");\n',
    network: "chain138",
    genesisHash: "0xaa",
    blockPeriodSeconds: 2,
    timeoutSeconds: 600,
    missingPeers: {},
    regions: [
      {
        name: "eastus",
        cloud: "azure",
        kubeconfig,
        namespace: "chain138-eastus",
        validators: [`0x${"1".repeat(40)}`],
        rpcNodes: 0,
        revision: "1",
      },
    ],
  };
}
