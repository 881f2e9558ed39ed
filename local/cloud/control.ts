import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PropertyMap, PropertyValue } from "../plugin/values";
import { isAdministrator } from "./aws/access";
import { accountOf, callerIn } from "./aws/account/caller";
import * as secretsManager from "./aws/secretsmanager/data-plane";
import { restoreSecret } from "./aws/secretsmanager/secret";
import { createDisk, type DiskRequest } from "./azure/aks/disks";
import * as keyVault from "./azure/keyvault/data-plane";
import { recoverVault } from "./azure/keyvault/vault";
import { createGroup } from "./azure/resources";
import { type Cloud, OperationUnderWay } from "./engine/cloud/cloud";
import { CloudError } from "./engine/resources/errors";
import { isObject, stringMapAt } from "./engine/resources/properties";
import type { Resource } from "./engine/resources/store";

/** A resource as the control API lists it. */
export interface ListedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location: string;
  /** Creating, Updating, Deleting, Succeeded or Failed */
  readonly state: string;
  /** Absent for resources that the cloud created on its own. */
  readonly urn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The control API: lets a person or a test inspect and change the simulated cloud without the Pulumi engine.
 *
 * - `GET /resources`: all resources; `?id=` one resource with its inputs; `?type=` all resources of a type
 * - `PATCH /resources?id=`: causes drift by merging the body into the resource's inputs (RFC 7396)
 * - `DELETE /resources?id=`: deletes a resource and its descendants at once
 * - `POST /resource-groups`: creates a resource group of Azure, for the recovery of a vault
 * - `POST /disks`: creates the disk of a volume in an AKS cluster, for the control plane's disk driver
 * - `GET /vaults/NAME/secrets/NAME`: a secret, as the vault itself answers; `POST /vaults/recover?name=`: recovers a deleted
 *   vault; `POST /secrets-store/azure` and `POST /secrets-store/aws`: a secret for a pod, for the Besu nodes
 * - `POST /secrets/restore?arn=`: restores a deleted secret of Secrets Manager
 * - `GET /clusters?cloud=` (and `&name=`, `&region=`): Kubernetes clusters, for the token commands in bin/; those of AWS
 *   say whether the caller, whose `&profile=` may be given, is `authorized`
 * - `GET /faults`, `PUT /faults`: the fault script, see engine/conditions/faults.ts
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
    handle(cloud, request).then(
      (body) => reply(response, 200, body),
      (error: unknown) =>
        reply(response, statusOf(error), {
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

function statusOf(error: unknown): number {
  if (error instanceof OperationUnderWay) {
    return 409;
  }
  return error instanceof Refusal || error instanceof CloudError ? error.status : 400;
}

async function handle(cloud: Cloud, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, vault, name] = /^\/vaults\/([^/]+)\/secrets\/([^/]+)$/.exec(url.pathname) ?? [];
  if (request.method === "GET" && vault !== undefined && name !== undefined) {
    return keyVault.readSecret(cloud, { vault, name }, request.headers.authorization);
  }
  switch (`${request.method} ${url.pathname}`) {
    case "GET /resources": {
      const id = url.searchParams.get("id");
      return id === null
        ? cloud.list(url.searchParams.get("type") ?? undefined).map((resource) => summaryOf(cloud, resource))
        : detailsOf(cloud, findResource(cloud, id));
    }
    case "PATCH /resources": {
      const resource = findResource(cloud, url.searchParams.get("id"));
      const patch = (await readJson(request)) as PropertyValue;
      if (!isObject(patch)) {
        throw new Refusal(400, "the body must be a JSON object to merge into the resource's inputs");
      }
      const changed = { ...resource, inputs: mergePatch(resource.inputs, patch) };
      cloud.put(changed);
      return detailsOf(cloud, changed);
    }
    case "DELETE /resources": {
      const resource = findResource(cloud, url.searchParams.get("id"));
      for (const { key } of [...cloud.descendants(resource.key), resource]) {
        cloud.remove(key);
      }
      return { deleted: resource.id };
    }
    case "POST /disks":
      return { id: createDisk(cloud, (await readJson(request)) as DiskRequest).id };
    case "POST /secrets-store/azure":
      return keyVault.readSecretForPod(cloud, (await readJson(request)) as keyVault.PodRequest);
    case "POST /secrets-store/aws":
      return secretsManager.readSecretForPod(cloud, (await readJson(request)) as secretsManager.PodRequest);
    case "POST /secrets/restore":
      restoreSecret(cloud, url.searchParams.get("arn") ?? "");
      return { restored: url.searchParams.get("arn") };
    case "POST /resource-groups":
      createGroup(cloud, (await readJson(request)) as { readonly id: string; readonly location: string });
      return { created: true };
    case "POST /vaults/recover":
      return { id: recoverVault(cloud, url.searchParams.get("name") ?? "").id };
    case "GET /clusters":
      return listClusters(cloud, url.searchParams);
    case "GET /faults":
      return cloud.faults.report();
    case "PUT /faults":
      cloud.faults.set(await readJson(request));
      return cloud.faults.report();
    case "GET /statistics":
      return cloud.statistics.report();
    case "POST /reset":
      cloud.reset();
      return { reset: true };
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

/** A cluster is `ready` when it accepts tokens: from the end of its creation until its deletion, also during updates. */
function listClusters(cloud: Cloud, query: URLSearchParams): unknown {
  const name = query.get("name");
  const region = query.get("region");
  const caller = callerIn(accountOf(query.get("profile") ?? undefined));
  return cloud
    .list(clusterTypes[query.get("cloud") ?? ""] ?? "")
    .filter((cluster) => name === null || cluster.name === name)
    .filter((cluster) => region === null || cluster.location === region)
    .map((cluster) => ({
      id: cluster.id,
      location: cluster.location,
      state: cloud.state(cluster),
      ready: ["Succeeded", "Updating"].includes(cloud.state(cluster)),
      ...(cluster.cloud === "aws" ? { authorized: isAdministrator(caller, cluster, cloud) } : {}),
    }));
}

/** Finds a resource by its id (Azure ids in any case) or by its key. */
function findResource(cloud: Cloud, id: string | null): Resource {
  if (id === null || id === "") {
    throw new Refusal(400, "the query must name the resource: ?id=…");
  }
  const found =
    cloud.find(id.toLowerCase()) ?? cloud.find(id) ?? cloud.list().find((resource) => resource.id === id);
  if (found === undefined) {
    throw new Refusal(404, `there is no resource ${id}`);
  }
  return found;
}

function summaryOf(cloud: Cloud, resource: Resource): ListedResource {
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

function detailsOf(cloud: Cloud, resource: Resource) {
  return {
    ...summaryOf(cloud, resource),
    createdAt: resource.createdAt,
    inputs: resource.inputs,
    computed: resource.computed,
    operation: resource.operation,
  };
}

/** JSON Merge Patch: null deletes a member. https://www.rfc-editor.org/rfc/rfc7396 */
function mergePatch(target: PropertyMap, patch: PropertyMap): PropertyMap {
  const result = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const present = result[key];
    if (value === null) {
      delete result[key];
    } else {
      result[key] = isObject(value) ? mergePatch(isObject(present) ? present : {}, value) : value;
    }
  }
  return result;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
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
