import {
  ApiException,
  CoordinationV1Api,
  type KubeConfig,
  type V1Lease,
  V1MicroTime,
} from "@kubernetes/client-node";
import { ChainfleetError } from "../../error";
import type { Tickets } from "./claim";
import type { ReadTickets, TicketBoard } from "./update-tickets";

/** The namespace of a region's nodes, in which the region's tickets are. */
export interface TicketPlace {
  /** Name of the region. */
  readonly region: string;
  readonly namespace: string;
  /** @throws Error if the cluster cannot be signed in to. */
  readonly cluster: () => Promise<KubeConfig>;
}

/** A region whose tickets are read. */
export interface OtherPlace extends TicketPlace {
  readonly goesFirst: boolean;
}

/**
 * Tickets in a Lease in the namespace of each region: each run writes that of its own region, which only one run can have under way
 * because the engine locks the region's stack, and reads those of the others. So no cluster is needed but those whose validators
 * are at stake: the validators of a cluster that does not answer count as down, whatever its run does.
 *
 * A run that was killed leaves its tickets. They count until they have not been renewed for {@link LEASE_SECONDS}, as seen by the clock of
 * whoever reads them: clocks of different machines are not compared.
 *
 * Needs the verbs `get`, `create` and `update` on `leases` of `coordination.k8s.io`.
 */
export class LeaseBoard implements TicketBoard {
  readonly #own: TicketPlace;
  readonly #others: () => Promise<readonly OtherPlace[]>;
  /** The time of the last renewal of each other region's Lease, and when this run saw it first. */
  readonly #seen = new Map<string, { readonly renewal: string; readonly at: number }>();
  #renewing: NodeJS.Timeout | undefined;

  /** @param others asked each time, because a region may be deployed meanwhile. */
  constructor(own: TicketPlace, others: () => Promise<readonly OtherPlace[]>) {
    this.#own = own;
    this.#others = others;
  }

  /** @throws ChainfleetError VALIDATOR_UPDATE_REFUSED if the Lease cannot be written. */
  readonly write = async (tickets: Tickets): Promise<void> => {
    clearInterval(this.#renewing);
    await putLease(this.#own, tickets);
    if (tickets.claimed !== undefined || tickets.admitted.length > 0) {
      // A cluster that does not answer is told again, and the update goes on meanwhile.
      const renew = () => void putLease(this.#own, tickets).catch(() => undefined);
      this.#renewing = setInterval(renew, RENEWAL_SECONDS * 1000).unref();
    }
  };

  /** @throws ChainfleetError VALIDATOR_UPDATE_REFUSED if a Lease may not be read. */
  readonly readOthers = async (): Promise<ReadTickets> => {
    const others = await this.#others();
    const leases = await Promise.all(others.map(getLease));
    return {
      unreadable: others.flatMap(({ region }, index) => (leases[index] === UNREADABLE ? [region] : [])),
      tickets: others.flatMap(({ region, goesFirst }, index) => {
        const lease = leases[index];
        const tickets = lease === undefined || lease === UNREADABLE ? undefined : ticketsIn(lease);
        return tickets !== undefined && this.#isRenewed(region, lease as V1Lease)
          ? [{ ...tickets, region, goesFirst }]
          : [];
      }),
    };
  };

  #isRenewed(region: string, { spec }: V1Lease): boolean {
    const renewal = JSON.stringify(spec?.renewTime ?? null);
    const before = this.#seen.get(region);
    const seen = before?.renewal === renewal ? before : { renewal, at: Date.now() };
    this.#seen.set(region, seen);
    return Date.now() - seen.at < LEASE_SECONDS * 1000;
  }
}

const UNREADABLE = Symbol("unreadable");

const LEASE_SECONDS = 60;
const RENEWAL_SECONDS = 15;

/** The name of the Lease in the namespace of a region's nodes. */
export const TICKETS_LEASE = "validator-updates";

const TICKETS_ANNOTATION = "chainfleet.dev/validator-updates";

/** The tickets of a Lease; undefined if it has none. Pure. */
export function ticketsIn({ metadata }: V1Lease): Tickets | undefined {
  const text = metadata?.annotations?.[TICKETS_ANNOTATION];
  if (text === undefined) {
    return undefined;
  }
  const { claimed, admitted } = JSON.parse(text) as {
    readonly claimed?: string;
    readonly admitted: string[];
  };
  return { claimed, admitted };
}

async function putLease({ region, namespace, cluster }: TicketPlace, tickets: Tickets): Promise<void> {
  try {
    const api = (await cluster()).makeApiClient(CoordinationV1Api);
    const existing = await api.readNamespacedLease({ namespace, name: TICKETS_LEASE }).catch(unlessMissing);
    const body: V1Lease = {
      metadata: {
        ...existing?.metadata,
        name: TICKETS_LEASE,
        namespace,
        annotations: { ...existing?.metadata?.annotations, [TICKETS_ANNOTATION]: JSON.stringify(tickets) },
      },
      spec: {
        ...existing?.spec,
        holderIdentity: `chainfleet-${region}`,
        leaseDurationSeconds: LEASE_SECONDS,
        renewTime: new V1MicroTime(),
      },
    };
    await (existing === undefined
      ? api.createNamespacedLease({ namespace, body })
      : api.replaceNamespacedLease({ namespace, name: TICKETS_LEASE, body }));
  } catch (error) {
    throw refused(region, namespace, "written", error as Error);
  }
}

/** @throws ChainfleetError if the cluster refuses to say. */
async function getLease({
  region,
  namespace,
  cluster,
}: TicketPlace): Promise<V1Lease | typeof UNREADABLE | undefined> {
  try {
    const api = (await cluster()).makeApiClient(CoordinationV1Api);
    return await api.readNamespacedLease({ namespace, name: TICKETS_LEASE }).catch(unlessMissing);
  } catch (error) {
    if (error instanceof ApiException && error.code === 403) {
      throw refused(region, namespace, "read", error);
    }
    return UNREADABLE;
  }
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof ApiException && error.code === 404)) {
    throw error;
  }
}

function refused(region: string, namespace: string, verb: "read" | "written", cause: Error): ChainfleetError {
  return new ChainfleetError({
    code: "VALIDATOR_UPDATE_REFUSED",
    summary: `No further validator was updated: the Lease ${TICKETS_LEASE} in the namespace ${namespace} of the region ${region}, in which the runs of the regions' stacks tell each other which validators they update, could not be ${verb}: ${cause.message.split("\n")[0]}`,
    next: "Give the run the verbs get, create and update on leases (coordination.k8s.io) in the network's namespaces, or wait until the cluster answers, then run again.",
    cause,
  });
}
