import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { Admission, type Charge } from "./admission";
import { chargesOf, type GovernedOperation, type LimitSettings, type Place } from "./limits";
import { decide, type FailedOperation } from "./retry";
import { timeoutsOf } from "./timeouts";
import { noteWait } from "./waits";

/** The settings of the governor, as the config has them. */
export interface GovernorSettings extends LimitSettings {
  /** Whether operations wait for the rate limits. Failed operations are repeated in any case. */
  readonly enabled: boolean;
}

/** Decides after a failed operation whether the engine repeats it. Resolves when the engine may do so. */
export type RetryDecision = (failed: FailedOperation) => Promise<boolean>;

/**
 * Keeps the requests of a deployment within the rate limits of the clouds, and repeats operations that failed for a
 * passing reason. There is one governor for a program, because a limit counts the requests of all regions that share it.
 *
 * ```
 * engine ── before a creation or an update ──▶ hook: waits for the tokens ──▶ plugin ──▶ cloud
 *                                              hook: repeats?  ◀── error ────┘
 * ```
 *
 * Deletions are not governed: with a hook on a resource, `pulumi destroy` would refuse to work without the program. On Azure
 * no region has as many resources as the bucket of a location's deletions has tokens. A region on AWS has about 20 resources
 * of EC2 and one for each validator, and all of its changes share a bucket of 50: with more than 30 validators in a location,
 * EC2 may refuse deletions of a `down`. The plugin repeats a refused request up to 25 times, see `retryDelay` of the
 * simulated AWS for the source, so that the `down` takes longer and does not fail.
 */
export class Governor {
  readonly #admission = new Admission();
  readonly #places = new Map<string, Place>();
  readonly #settings: GovernorSettings;
  #admit: pulumi.ResourceHook | undefined;
  #repeat: pulumi.ErrorHook | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
  }

  /**
   * The transformation that binds the governor's hooks and the timeouts to the cloud's and the cluster's resources below
   * a component.
   *
   * @param place of the resources; undefined if they are in clusters only.
   */
  binding(place?: Place): pulumi.ResourceTransformation {
    return ({ type, name, props, opts }) => {
      if (!/^(azure-native|aws|kubernetes):/.test(type)) {
        return undefined;
      }
      const timeouts = timeoutsOf(type);
      const isGoverned = place !== undefined && this.#charges(place, type, "create").length > 0;
      if (isGoverned) {
        this.#places.set(`${type} ${name}`, place);
      }
      return {
        props,
        opts: {
          ...opts,
          ...(timeouts === undefined ? {} : { customTimeouts: { ...timeouts, ...opts.customTimeouts } }),
          hooks: this.#bound(opts.hooks, isGoverned),
        },
      };
    };
  }

  /** Waits and decides as {@link RetryDecision} says. Resources with an error hook of their own call this method. */
  readonly retry: RetryDecision = async (failed) => {
    const decision = decide(failed);
    const { urn, type, failedOperation, errors } = failed;
    if (!decision.retry) {
      return false;
    }
    const charges = this.#chargesOf(urn, type, operationOf(failedOperation));
    const { kind: failure, retryAfterSeconds = 0 } = decision.failure;
    if (failure === "throttled") {
      this.#admission.throttled(charges, seconds(), retryAfterSeconds);
    }
    const reason = `${failedOperation} failed (${failure}): ${firstLine(errors[0] ?? "")}`;
    noteWait({ at: Date.now(), seconds: decision.waitSeconds, urn, kind: "retry", failure, reason });
    await delay(decision.waitSeconds * 1000);
    await this.#tokens(charges, urn);
    return true;
  };

  /** A resource's own hooks come first: the tokens are taken last, right before the request. */
  #bound(own: pulumi.ResourceHookBinding | undefined, isGoverned: boolean): pulumi.ResourceHookBinding {
    const admit = isGoverned && this.#settings.enabled ? [this.#admitHook()] : [];
    return {
      ...own,
      beforeCreate: [...(own?.beforeCreate ?? []), ...admit],
      beforeUpdate: [...(own?.beforeUpdate ?? []), ...admit],
      onError: own?.onError ?? [this.#repeatHook()],
    };
  }

  /** The state refers to hooks by their names, so the names must stay the same. */
  #admitHook(): pulumi.ResourceHook {
    this.#admit ??= new pulumi.ResourceHook("rate-limit", ({ urn, type, oldInputs }) =>
      this.#tokens(this.#chargesOf(urn, type, oldInputs === undefined ? "create" : "update"), urn),
    );
    return this.#admit;
  }

  #repeatHook(): pulumi.ErrorHook {
    this.#repeat ??= new pulumi.ErrorHook("retry", this.retry);
    return this.#repeat;
  }

  #chargesOf(urn: string, type: string, operation: GovernedOperation): Charge[] {
    const place = this.#places.get(`${type} ${nameOf(urn)}`);
    return place === undefined || !this.#settings.enabled ? [] : this.#charges(place, type, operation);
  }

  #charges(place: Place, type: string, operation: GovernedOperation): Charge[] {
    return chargesOf(place, type, operation, this.#settings);
  }

  /** Resolves when the request with these charges may be sent. */
  #tokens(charges: readonly Charge[], urn: string): Promise<void> {
    const begun = Date.now();
    return new Promise((resolve) => {
      this.#admission.request(charges, seconds(), () => {
        noteThrottle(begun, urn, charges);
        resolve();
      });
      this.#schedule();
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const wait = this.#admission.delay(seconds());
    if (wait === undefined) {
      return;
    }
    // A timer may end a millisecond early.
    this.#timer = setTimeout(
      () => {
        this.#admission.advance(seconds());
        this.#schedule();
      },
      Math.ceil(wait * 1000) + 1,
    );
  }
}

/** A wait that a person would not see is none. */
const SHORTEST_WAIT_SECONDS = 0.01;

function noteThrottle(begun: number, urn: string, charges: readonly Charge[]): void {
  const waited = (Date.now() - begun) / 1000;
  if (waited >= SHORTEST_WAIT_SECONDS) {
    const reason = `rate limit of ${charges.map(({ limit }) => limit.key).join(", ")}`;
    noteWait({ at: begun, seconds: waited, urn, kind: "throttle", reason });
  }
}

function operationOf(failedOperation: string): GovernedOperation {
  return failedOperation === "delete" || failedOperation === "update" ? failedOperation : "create";
}

/** The time of a clock that never goes back. */
function seconds(): number {
  return performance.now() / 1000;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Longer texts are cut off: errors of a cloud may contain whole answers. */
function firstLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 200);
}
