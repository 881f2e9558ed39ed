import type { Stack } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "../engine/command";
import { readState, type State, type StateResource, writeState } from "../engine/state";
import type { TimedEvent } from "../run/events";
import { nameOf } from "../run/resource-names";
import { type Identity, identify } from "./identity";
import type { Found } from "./lookup";
import { recovery, suspects, unsettled } from "./suspects";

/**
 * Takes over what an interrupted run made without the state knowing: such resources are put into the state by
 * their ids and read from the cloud, which drops those that do not exist. What the cloud is still making is
 * waited for.
 *
 * @param events of the last run, if that did not end well.
 * @param say tells the user a line.
 * @returns the state as it is now.
 */
export async function recover(
  stack: Stack,
  command: EngineCommand,
  events: readonly TimedEvent[],
  say: (line: string) => void,
): Promise<State> {
  const state = await readState(stack, command);
  const candidates = suspects(state, events);
  const interrupted = (state.pending_operations ?? []).map(({ resource }) => resource);
  const open = unsettled(state);
  const unknown = new Set([...interrupted, ...candidates, ...open].map(({ urn }) => nameOf(urn)));
  if (unknown.size === 0) {
    return state;
  }
  say(recovery([...unknown]));
  const adopted = await adopt(stack, command, state, candidates);
  const { pending_operations: _, ...rest } = state;
  await writeState(stack, command, { ...rest, resources: [...(state.resources ?? []), ...adopted] });
  for (const { urn, id } of await settle(stack, command, [...open, ...adopted], say)) {
    say(`  took over ${nameOf(urn)} (${id})`);
  }
  return readState(stack, command);
}

async function adopt(
  stack: Stack,
  command: EngineCommand,
  state: State,
  candidates: readonly StateResource[],
) {
  if (candidates.length === 0) {
    return [];
  }
  const regionOfProvider = new Map<string, string>(
    (state.resources ?? [])
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ urn, id, inputs }) => [`${urn}::${id}`, String(inputs?.region)] as const),
  );
  const project = (await stack.workspace.projectSettings()).name;
  // The clouds' SDKs take a while to load, and hardly any run needs them.
  const { lookUp } = require("./lookup") as typeof import("./lookup");
  const found = await lookUp(
    {
      stackTag: `${project}/${stack.name}`,
      azure: candidates.some(({ type }) => type.startsWith("azure-native:")),
      awsRegions: [
        ...new Set(candidates.flatMap(({ provider }) => regionOfProvider.get(provider ?? "") ?? [])),
      ],
      subnets: candidates.flatMap(({ type, inputs, provider }) =>
        type === "aws:ec2/routeTableAssociation:RouteTableAssociation"
          ? [{ region: regionOfProvider.get(provider ?? "") ?? "", subnetId: String(inputs?.subnetId) }]
          : [],
      ),
    },
    command,
  );
  return candidates.flatMap((resource) => {
    const id = idOf(identify(resource.type, resource.inputs ?? {}, found.accounts), found);
    return id === undefined ? [] : [{ ...resource, id, outputs: {} }];
  });
}

function idOf(identity: Identity, found: Found): string | undefined {
  switch (identity.kind) {
    case "id":
      return identity.id;
    case "tag":
      return found.idsByTag.get(`${identity.service}/${identity.name}`);
    case "association":
      return found.associations.get(`${identity.subnetId}/${identity.routeTableId}`);
    case "repeatable":
      return undefined;
  }
}

/** Reads the adopted resources until the cloud is done with each. Returns those that exist. */
async function settle(
  stack: Stack,
  command: EngineCommand,
  resources: readonly StateResource[],
  say: (line: string) => void,
): Promise<StateResource[]> {
  const urns = resources.map(({ urn }) => urn);
  for (let waited = 0; urns.length > 0; waited += POLL_SECONDS) {
    await stack.refresh({ target: [...urns] });
    const there = ((await readState(stack, command)).resources ?? []).filter(({ urn }) => urns.includes(urn));
    const unfinished = there.filter(isUnderWay);
    if (unfinished.length === 0) {
      return there;
    }
    if (waited === 0) {
      say(`  waiting for the cloud to finish ${unfinished.map(({ urn }) => nameOf(urn)).join(", ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_SECONDS * 1000));
  }
  return [];
}

const POLL_SECONDS = 2;

/** AKS reports `provisioningState`, EKS and NAT gateways `status` or `state`. */
function isUnderWay({ outputs }: StateResource): boolean {
  return ["provisioningState", "status", "state"].some((key) =>
    /^(creating|pending|updating|accepted|inprogress)$/i.test(String(outputs?.[key] ?? "")),
  );
}
