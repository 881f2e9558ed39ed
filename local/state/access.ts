import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The variables with which the Pulumi CLI keeps its stacks in a state service, without a login. */
export interface StateAccess {
  readonly PULUMI_BACKEND_URL: string;
  readonly PULUMI_ACCESS_TOKEN: string;
}

/** @param stateFolder the folder of the service, which holds the access token. */
export function stateAccess(url: string, stateFolder: string): StateAccess {
  return {
    PULUMI_BACKEND_URL: url,
    PULUMI_ACCESS_TOKEN: readFileSync(join(stateFolder, "access-token"), "utf8").trim(),
  };
}

/** A stack in the service's only organization. */
export interface StackName {
  readonly project: string;
  readonly name: string;
}

/** A state as Pulumi exports it. */
export interface Deployment {
  readonly version: number;
  readonly features?: readonly string[];
  readonly deployment: unknown;
}

/** @throws if the service does not answer or refuses the access token. */
export async function hasStack(access: StateAccess, { project, name }: StackName): Promise<boolean> {
  const response = await request(access, "GET", `/api/stacks/organization/${project}/${name}`);
  if (response.status !== 404) {
    await requireSuccess(response);
  }
  return response.ok;
}

/**
 * Creates a stack that has a state already.
 *
 * @throws if the stack exists, or if the service cannot read the state.
 */
export async function createStack(
  access: StateAccess,
  { project, name }: StackName,
  state: Deployment,
): Promise<void> {
  const body = JSON.stringify({ stackName: name, state });
  await requireSuccess(await request(access, "POST", `/api/stacks/organization/${project}`, body));
}

function request(access: StateAccess, method: string, path: string, body?: string): Promise<Response> {
  return fetch(`${access.PULUMI_BACKEND_URL}${path}`, {
    method,
    headers: { authorization: `token ${access.PULUMI_ACCESS_TOKEN}` },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(30_000),
  });
}

async function requireSuccess(response: Response): Promise<void> {
  if (!response.ok) {
    throw new Error(`the state service refused a request: ${response.status} ${await response.text()}`);
  }
}
