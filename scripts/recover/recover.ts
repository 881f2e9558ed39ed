import type { Stack } from "@pulumi/pulumi/automation";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { plainStackName } from "../../stacks/config/written/written-config";
import type { EngineCommand } from "../engine/command";
import { RUN_AGENT } from "../engine/lock";
import { readState, type State, type StateResource, writeState } from "../engine/state";
import type { TimedEvent } from "../run/events";
import { nameOf } from "../run/resource-names";
import { foundId } from "./found-id";
import { identify } from "./identity";
import { KeptInputs, withInputs } from "./kept-inputs";
import { providerPlaces } from "./provider-places";
import { orphanCandidates, recoveryMessage, unsettledResources } from "./unfinished-resources";

/**
 * Recovers an interrupted run: takes over the resources that the run created and that the state does not contain. Adds
 * every such resource to the state with its id and refreshes the resource, which removes the resource from the state if
 * it does not exist. Waits for resources that the cloud is still creating.
 *
 * @param events the events of the last run; none if the last run succeeded.
 * @param say shows a line to the user.
 * @returns the state after the recovery.
 */
export async function recover(
  stack: Stack,
  command: EngineCommand,
  events: readonly TimedEvent[],
  say: (line: string) => void,
): Promise<State> {
  const kept = new KeptInputs(stack.name);
  const ofEarlierRecovery = kept.read();
  const isEarlierOpen = Object.keys(ofEarlierRecovery).length > 0;
  const read = await readState(stack, command);
  const state = isEarlierOpen ? withInputs(ofEarlierRecovery, read) : read;
  const candidates = orphanCandidates(state, events);
  const interrupted = (state.pending_operations ?? []).map(({ resource }) => resource);
  const open = unsettledResources(state);
  const unknown = new Set([...interrupted, ...candidates, ...open].map(({ urn }) => nameOf(urn)));
  if (unknown.size === 0 && !isEarlierOpen) {
    return state;
  }
  if (unknown.size > 0) {
    say(recoveryMessage([...unknown]));
  }
  const adopted = await adopt(stack, command, state, candidates);
  const recovered = [...open, ...adopted];
  const inputs = {
    ...ofEarlierRecovery,
    ...Object.fromEntries(recovered.map((resource) => [resource.urn, resource.inputs])),
  };
  kept.write(inputs);
  const { pending_operations: _, ...rest } = state;
  await writeState(stack, command, { ...rest, resources: [...(state.resources ?? []), ...adopted] });
  for (const { urn, id } of await refreshUntilSettled(stack, command, recovered, say)) {
    say(`  took over ${nameOf(urn)} (${id})`);
  }
  const refreshed = withInputs(inputs, await readState(stack, command));
  await writeState(stack, command, refreshed);
  kept.remove();
  return refreshed;
}

/**
 * Finds the ids of resources that may exist.
 *
 * @returns the resources with their ids, without the resources that have no id.
 */
async function adopt(
  stack: Stack,
  command: EngineCommand,
  state: State,
  candidates: readonly StateResource[],
) {
  if (candidates.length === 0) {
    return [];
  }
  const places = providerPlaces(state.resources ?? []);
  const azure = candidates.filter(({ type }) => type.startsWith("azure-native:"));
  const project = (await stack.workspace.projectSettings()).name;
  // Loading the clouds' SDKs is slow, and few runs need them.
  const { lookUp } = require("./lookup") as typeof import("./lookup");
  const found = await lookUp(
    {
      // The resources of a region's own stack have the tag of the network's stack.
      stackTag: `${project}/${plainStackName(shardNameOf(stack.name)?.parent ?? stack.name)}`,
      azureSubscriptions: [...new Set(azure.map(places.azureSubscriptionOf))],
      config: await stack.getAllConfig(),
      awsPlaces: [...new Set(candidates.flatMap((resource) => places.awsPlaceOf(resource) ?? []))],
      subnets: candidates.flatMap((resource) => {
        const place = places.awsPlaceOf(resource);
        return resource.type === ROUTE_TABLE_ASSOCIATION && place !== undefined
          ? [{ place, subnetId: String(resource.inputs?.subnetId) }]
          : [];
      }),
    },
    command,
  );
  return candidates.flatMap((resource) => {
    const accounts = {
      azureSubscription: found.azureSubscriptions.get(places.azureSubscriptionOf(resource)) ?? "",
      awsAccount: found.awsAccounts.get(places.awsPlaceOf(resource)?.profile) ?? "",
    };
    const id = foundId(identify(resource.type, resource.inputs ?? {}, accounts), found);
    return id === undefined ? [] : [{ ...resource, id, outputs: {} }];
  });
}

const ROUTE_TABLE_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";

/** Refreshes resources until the cloud has finished its work on each. @returns the resources that exist. */
async function refreshUntilSettled(
  stack: Stack,
  command: EngineCommand,
  resources: readonly StateResource[],
  say: (line: string) => void,
): Promise<StateResource[]> {
  const urns = resources.map(({ urn }) => urn);
  for (let waited = 0; urns.length > 0; waited += POLL_SECONDS) {
    await stack.refresh({ target: [...urns], userAgent: RUN_AGENT });
    const existing = ((await readState(stack, command)).resources ?? []).filter(({ urn }) =>
      urns.includes(urn),
    );
    const unfinished = existing.filter(isInProgress);
    if (unfinished.length === 0) {
      return existing;
    }
    if (waited === 0) {
      say(`  waiting for the cloud to finish ${unfinished.map(({ urn }) => nameOf(urn)).join(", ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_SECONDS * 1000));
  }
  return [];
}

const POLL_SECONDS = 2;

/**
 * Whether the cloud is still working on a resource. AKS reports `provisioningState`; EKS and NAT gateways report
 * `status` or `state`.
 */
function isInProgress({ outputs }: StateResource): boolean {
  return ["provisioningState", "status", "state"].some((key) =>
    /^(creating|pending|updating|accepted|inprogress)$/i.test(String(outputs?.[key] ?? "")),
  );
}
