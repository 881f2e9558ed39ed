import { readFileSync } from "node:fs";
import * as http from "node:http";
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
  const answer = await request(access, "GET", `/api/stacks/organization/${project}/${name}`);
  if (answer.status !== 404) {
    requireSuccess(answer);
  }
  return isSuccess(answer);
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
  requireSuccess(await request(access, "POST", `/api/stacks/organization/${project}`, body));
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Every command on the local target asks for its stack, and `fetch` takes longer to load than all other modules of it. */
function request(access: StateAccess, method: string, path: string, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `token ${access.PULUMI_ACCESS_TOKEN}` };
    const signal = AbortSignal.timeout(30_000);
    http
      .request(`${access.PULUMI_BACKEND_URL}${path}`, { method, headers, signal }, (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk: string) => {
            text += chunk;
          })
          .on("error", reject)
          .on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      })
      .on("error", reject)
      .end(body);
  });
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function requireSuccess(answer: Answer): void {
  if (!isSuccess(answer)) {
    throw new Error(`the state service refused a request: ${answer.status} ${answer.text}`);
  }
}
