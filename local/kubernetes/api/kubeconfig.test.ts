import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "./kubeconfig";

let folder: string;
let server: Server;
let url: string;
let authorizations: (string | undefined)[];
let refuse: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  authorizations = [];
  refuse = 0;
  server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (refuse > 0) {
      refuse -= 1;
      response.writeHead(401).end('{"kind":"Status","message":"Unauthorized","reason":"Unauthorized"}');
    } else {
      response.end("{}");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function kubeconfig(user: unknown): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: url } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "team" } }],
    "current-context": "x",
  });
}

/** A credential command that counts its runs in a file. */
function counting(expirationTimestamp: string): { command: string; args: string[] } {
  const script = `echo run >> ${join(folder, "runs")}; n=$(wc -l < ${join(folder, "runs")}); echo '{"status":{"token":"token-'$n'","expirationTimestamp":"${expirationTimestamp}"}}'`;
  return { command: "/bin/sh", args: ["-c", script] };
}

test("contents and a path mean the same, and name the namespace", async () => {
  const contents = kubeconfig({ token: "t" });
  const path = join(folder, "kubeconfig");
  writeFileSync(path, contents);
  const one = connect({ kubeconfig: contents });
  const other = connect({ kubeconfig: path });
  expect(one.namespace).toBe("team");
  expect(other.api).toBe(one.api);
  await one.api.request({ path: "/api" });
  expect(authorizations).toEqual(["Bearer t"]);
});

test("a credential command runs once for many calls at once, and again after a refusal", async () => {
  const exec = { apiVersion: "client.authentication.k8s.io/v1", ...counting("2999-01-01T00:00:00Z") };
  const { api } = connect({ kubeconfig: kubeconfig({ exec }) });
  await Promise.all(Array.from({ length: 20 }, () => api.request({ path: "/api" })));
  expect(new Set(authorizations)).toEqual(new Set(["Bearer token-1"]));
  refuse = 1;
  await api.request({ path: "/api" });
  expect(authorizations.at(-1)).toBe("Bearer token-2");
});

test("an expired credential is fetched anew", async () => {
  const exec = { apiVersion: "client.authentication.k8s.io/v1", ...counting("2000-01-01T00:00:00Z") };
  const { api } = connect({ kubeconfig: kubeconfig({ exec }) });
  await api.request({ path: "/api" });
  await api.request({ path: "/api" });
  expect(authorizations).toEqual(["Bearer token-1", "Bearer token-2"]);
});

test("a failing credential command says so, without its output", async () => {
  const exec = { command: "/bin/sh", args: ["-c", "echo s3cret; echo not logged in >&2; exit 3"] };
  const { api } = connect({ kubeconfig: kubeconfig({ exec }) });
  const failure = api.request({ path: "/api" });
  await expect(failure).rejects.toThrow(/`\/bin\/sh` exited with 3: not logged in/);
  await expect(failure).rejects.not.toThrow(/s3cret/);
});

test.each(["token: s3cret: oops:\n - x", "nonsense", '{"token": "s3cret"', "{}"])(
  "a bad kubeconfig is refused without quoting it: %s",
  (bad) => {
    expect(() => connect({ kubeconfig: bad })).toThrow(/neither the path of a file nor a valid kubeconfig/);
    expect(() => connect({ kubeconfig: bad })).not.toThrow(/s3cret/);
  },
);

test("a context that is not there is named, with those that are", () => {
  expect(() => connect({ kubeconfig: kubeconfig({}), context: "y" })).toThrow(
    'context "y" does not exist; there are: x',
  );
});
