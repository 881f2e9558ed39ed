import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NodeClient } from "../components/besu/node-access/node-client";
import { RpcRefusal } from "../components/besu/node-access/node-errors";
import { observeNode } from "../components/besu/node-access/observe-node";
import { createAuthority, issueCertificate } from "../local/kubernetes/certificates";
import { NodeOptions } from "../local/nodes/besu/options";
import { createServers, type NodeServer } from "../local/nodes/besu/servers";
import { kubeletServer } from "../local/nodes/service/kubelet";
import { accountOf, idOf, TestNetwork } from "../local/qbft/testing";

/** The API server of these tests: a kubelet that is asked with an API server's path. */
let kubelet: Server;
let servers: Map<number, NodeServer>;
const net = new TestNetwork(4).startAll().pass(120);
const config = new KubeConfig();
const authority = createAuthority("test-ca");

beforeAll(async () => {
  servers = createServers({
    network: net.network,
    id: idOf(0),
    options: new NodeOptions([
      "--rpc-http-enabled=true",
      "--rpc-http-api=ETH,NET,WEB3,QBFT",
      "--metrics-enabled=true",
      "--p2p-host=198.51.100.0",
    ]),
    release: "26.9.0",
    now: () => net.time,
  });
  kubelet = kubeletServer(
    {
      has: (_, name) => name !== "missing",
      listener: (_, name, port) => {
        const server = name === "validator-0" ? servers.get(port) : undefined;
        return server && ((connection) => server.accept(connection));
      },
    },
    issueCertificate(authority, { commonName: "api", dnsNames: ["localhost"] }),
  ) as unknown as Server;
  kubelet.prependListener("upgrade", (request) => {
    request.url = (request.url ?? "").replace(
      /^\/api\/v1\/namespaces\/(.+)\/pods\/(.+)\/portforward/,
      "/portForward/$1/$2",
    );
  });
  await new Promise<void>((done) => kubelet.listen(0, "127.0.0.1", done));
  config.loadFromClusterAndUser(
    {
      name: "test",
      server: `https://localhost:${(kubelet.address() as AddressInfo).port}`,
      skipTLSVerify: false,
      caData: Buffer.from(authority.certificate).toString("base64"),
    },
    { name: "test", token: "token" },
  );
});

afterAll(() => {
  kubelet.closeAllConnections();
  kubelet.close();
});

const clientOf = (pod: string, seconds = 5) => new NodeClient({ config, namespace: "n", pod }, seconds);

test("a node is observed through the API server of its cluster", async () => {
  const client = clientOf("validator-0");
  const observed = await observeNode(client, 8);
  expect(observed).toMatchObject({
    chainId: 138,
    genesisHash: net.network.rules.genesisHash,
    peers: 3,
    syncingTo: undefined,
  });
  expect(observed.head.number).toBe(net.height(0));
  expect(observed.validators).toEqual([0, 1, 2, 3].map(accountOf));
  expect([...observed.lastProposed.keys()].toSorted()).toEqual([0, 1, 2, 3].map(accountOf));
  expect(await client.get("/readiness?minPeers=3")).toMatchObject({ status: 200 });
  expect(await client.get("/readiness?minPeers=4")).toMatchObject({ status: 503 });
  expect(await client.metrics()).toContain("ethereum_peer_count 3.0\n");
  client.close();
});

test("refusals of the node, of the kubelet and of the API server are told apart", async () => {
  const client = clientOf("validator-0");
  await expect(client.call("admin_peers")).rejects.toThrow(RpcRefusal);
  await expect(client.call("admin_peers")).rejects.toThrow("Method not enabled (-32604)");
  await expect(clientOf("stopped").call("eth_chainId")).rejects.toThrow(/kubelet: .*connection refused/);
  await expect(clientOf("missing").call("eth_chainId")).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining("pod does not exist"),
  });
  client.close();
});

test("a node that restarts is reached again, on a new connection", async () => {
  const client = clientOf("validator-0");
  await client.call("eth_chainId");
  servers.get(8545)?.close();
  expect(await client.call("eth_chainId")).toBe("0x8a");
  client.close();
});

test("a node or an API server that does not answer costs the time that the client gives it", async () => {
  const silent = createTcpServer();
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const deaf = new KubeConfig();
  deaf.loadFromClusterAndUser(
    {
      name: "deaf",
      server: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      skipTLSVerify: true,
    },
    { name: "deaf" },
  );
  const client = new NodeClient({ config: deaf, namespace: "n", pod: "p" }, 0.5);
  await expect(client.call("eth_chainId")).rejects.toThrow("no answer within 0.5 s");
  silent.close();
});

test("an API server that refuses says why", async () => {
  const refusing = createServer((_, response) => response.writeHead(500).end());
  refusing.on("upgrade", (_, socket) =>
    socket.end(
      'HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n{"kind":"Status","message":"pods \\"p\\" is forbidden"}',
    ),
  );
  await new Promise<void>((done) => refusing.listen(0, "127.0.0.1", done));
  const refused = new KubeConfig();
  refused.loadFromClusterAndUser(
    {
      name: "no",
      server: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`,
      skipTLSVerify: true,
    },
    { name: "no" },
  );
  await expect(
    new NodeClient({ config: refused, namespace: "n", pod: "p" }, 5).call("eth_chainId"),
  ).rejects.toThrow('the API server answered 403: pods "p" is forbidden');
  refusing.close();
});
