import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PropertyMap, PropertyValue } from "../plugin/values";
import { type Cloud, isUnderWay } from "./engine/cloud";
import { isObject, stringMapAt } from "./engine/properties";
import type { Resource } from "./engine/store";

/** A resource as the control API lists it. */
export interface ListedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location: string;
  /** Creating, Updating, Deleting, Succeeded or Failed */
  readonly state: string;
  /** Absent for what the cloud made on its own. */
  readonly urn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The control API: what a person or a test does to the simulated cloud behind the engine's back.
 *
 * - `GET /resources`: all; `?id=` one, with its inputs; `?type=` of a kind
 * - `PATCH /resources?id=`: drift; the body is merged into the inputs (RFC 7396)
 * - `DELETE /resources?id=`: gone at once, with what is part of it
 * - `GET /clusters?cloud=` (and `&name=`, `&region=`): Kubernetes clusters, for the token commands in bin/
 * - `GET /faults`, `PUT /faults`: the fault script, see engine/faults.ts
 * - `GET /statistics`: calls, throttles, retries and errors by API operation
 * - `POST /reset`: forgets every resource; refused while an operation is under way
 *
 * Errors are `{"error": "…"}` with status 400, 404 or 409.
 */
export async function serveControl(
  cloud: Cloud,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(cloud, request).then(
      (body) => reply(response, 200, body),
      (error: unknown) =>
        reply(response, error instanceof Refusal ? error.status : 400, {
          error: error instanceof Error ? error.message : String(error),
        }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function answer(cloud: Cloud, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  switch (`${request.method} ${url.pathname}`) {
    case "GET /resources": {
      const id = url.searchParams.get("id");
      return id === null
        ? cloud.list(url.searchParams.get("type") ?? undefined).map((resource) => listed(cloud, resource))
        : detailed(cloud, find(cloud, id));
    }
    case "PATCH /resources": {
      const resource = find(cloud, url.searchParams.get("id"));
      const patch = (await body(request)) as PropertyValue;
      if (!isObject(patch)) {
        throw new Refusal(400, "the body has to be a JSON object that is merged into the resource's inputs");
      }
      const changed = { ...resource, inputs: merged(resource.inputs, patch) };
      cloud.put(changed);
      return detailed(cloud, changed);
    }
    case "DELETE /resources": {
      const resource = find(cloud, url.searchParams.get("id"));
      for (const { key } of [...cloud.descendants(resource.key), resource]) {
        cloud.remove(key);
      }
      return { deleted: resource.id };
    }
    case "GET /clusters":
      return clusters(cloud, url.searchParams);
    case "GET /faults":
      return cloud.faults.report();
    case "PUT /faults":
      cloud.faults.set(await body(request));
      return cloud.faults.report();
    case "GET /statistics":
      return cloud.statistics.report();
    case "POST /reset": {
      const busy = cloud.list().find(({ operation }) => isUnderWay(operation));
      if (busy !== undefined) {
        throw new Refusal(409, `${busy.id} is ${cloud.state(busy).toLowerCase()}; wait for it`);
      }
      cloud.reset();
      return { reset: true };
    }
    default:
      throw new Refusal(
        404,
        `there is no ${request.method} ${url.pathname}; see /resources, /faults, /statistics, /reset`,
      );
  }
}

const clusterTypes: Readonly<Record<string, string>> = {
  aws: "aws:eks/cluster:Cluster",
  "azure-native": "azure-native:containerservice:ManagedCluster",
};

/** A cluster takes tokens from when it was created until it is deleted; while it changes, too. */
function clusters(cloud: Cloud, query: URLSearchParams): unknown {
  const { name, region } = { name: query.get("name"), region: query.get("region") };
  return cloud
    .list(clusterTypes[query.get("cloud") ?? ""] ?? "")
    .filter((cluster) => name === null || cluster.name === name)
    .filter((cluster) => region === null || cluster.location === region)
    .map((cluster) => ({
      id: cluster.id,
      location: cluster.location,
      state: cloud.state(cluster),
      ready: ["Succeeded", "Updating"].includes(cloud.state(cluster)),
    }));
}

/** By id (Azure: in any case) or by key. */
function find(cloud: Cloud, id: string | null): Resource {
  if (id === null || id === "") {
    throw new Refusal(400, "name the resource: ?id=…");
  }
  const found =
    cloud.find(id.toLowerCase()) ?? cloud.find(id) ?? cloud.list().find((resource) => resource.id === id);
  if (found === undefined) {
    throw new Refusal(404, `there is no resource ${id}`);
  }
  return found;
}

function listed(cloud: Cloud, resource: Resource): ListedResource {
  return {
    id: resource.id,
    type: resource.type,
    name: resource.name,
    location: resource.location,
    state: cloud.state(resource),
    ...(resource.urn === undefined ? {} : { urn: resource.urn }),
    tags: stringMapAt(resource.inputs, "tags"),
  };
}

function detailed(cloud: Cloud, resource: Resource) {
  return {
    ...listed(cloud, resource),
    createdAt: resource.createdAt,
    inputs: resource.inputs,
    computed: resource.computed,
    operation: resource.operation,
  };
}

/** JSON Merge Patch: null deletes a member. https://www.rfc-editor.org/rfc/rfc7396 */
function merged(target: PropertyMap, patch: PropertyMap): PropertyMap {
  const result = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const present = result[key];
    if (value === null) {
      delete result[key];
    } else {
      result[key] = isObject(value) ? merged(isObject(present) ? present : {}, value) : value;
    }
  }
  return result;
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new Refusal(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

function reply(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(content)}\n`);
}
