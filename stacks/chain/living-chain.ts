import * as pulumi from "@pulumi/pulumi";
import pDefer from "p-defer";
import { keysInCluster } from "../../components/besu/keys/keys-in-cluster";
import { keysInStores } from "../../components/besu/keys/keys-in-stores";
import { openCluster } from "../../components/cluster/client-config";
import { ChainfleetError } from "../../components/error";
import { memoizeSuccess } from "../../components/memoize-success";
import { fullName, validatorKeyName, validatorObjectName } from "../../components/naming";
import type { Config, RegionConfig } from "../config/schema";
import type { CloudAnswers } from "../site";

/*
 * Keys are made once, by the first run, and a state that is lost or was restored from an old copy does not know them. Making
 * new ones would found a second chain over a living one. The clusters remember: each has the keys of its validators.
 */

/**
 * Holds the creation of a network's first resource back until it is known that no cluster has keys of the network. If the
 * state has the resource, nothing is held back.
 */
export class ChainCreation {
  readonly #begins = pDefer<void>();
  readonly #held = pDefer<void>();
  #isBegun = false;
  /** The hooks of the resource. */
  readonly hooks: pulumi.ResourceHookBinding;
  /** Resolves when the engine is about to create the resource, and never if the state has the resource. */
  readonly begins: Promise<void> = this.#begins.promise;

  constructor() {
    // Nobody waits for it if the state has the resource.
    this.#held.promise.catch(() => {});
    const hold = () => {
      this.#isBegun = true;
      this.#begins.resolve();
      return this.#held.promise;
    };
    this.hooks = { beforeCreate: [new pulumi.ResourceHook("chain-creation", hold, { onDryRun: true })] };
  }

  /** Whether the engine is about to create the resource. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Lets the creation go on when the work has ended, or fails it if the work fails. */
  async holdUntil<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.#held.resolve();
      return result;
    } catch (error) {
      // The program ends with the error itself, and the engine shows both.
      this.#held.reject(new Error("nothing is created: see the error of the program"));
      throw error;
    }
  }
}

/** The names of the Kubernetes objects of the validators whose keys are in a region's cluster. */
export type KeysOfRegion = (region: string) => Promise<ReadonlySet<string>>;

/**
 * Asks the clusters of regions for the keys of their validators. Each cluster is asked once.
 *
 * @param answers of the regions' clouds, in the order of the config.
 * @returns a function that rejects if the region's cloud or cluster does not answer.
 */
export function keysInClusters({ network, regions }: Config, answers: readonly CloudAnswers[]): KeysOfRegion {
  return memoizeSuccess(async (name: string) => {
    const index = regions.findIndex((region) => region.name === name);
    const config = regions[index] as RegionConfig;
    // The clouds' SDKs are loaded by now.
    const { existingClusterAccess } = require("../site") as typeof import("../site");
    const access = await existingClusterAccess(network.name, config, providerOf(answers[index]));
    if (access === undefined) {
      return new Set<string>();
    }
    const namespace = fullName(network.name, name);
    const place = { config: await openCluster(access), namespace };
    const [held, stored] = await Promise.all([
      keysInCluster(place),
      config.cloud === "kubernetes" ? new Map<string, never>() : keysInStores(place),
    ]);
    return new Set([...held.keys(), ...stored.keys()]);
  });
}

function providerOf(answers: CloudAnswers | undefined): pulumi.InvokeOptions {
  return answers === undefined || answers.kind === "none" || answers.provider === undefined
    ? {}
    : { provider: answers.provider };
}

/**
 * Checks that no cluster has keys of the network. A region that does not answer may have some, whatever the others have: theirs
 * may be new, or may have been lost and made anew.
 *
 * @throws ChainfleetError `STATE_LOST` if a cluster has keys, `KEYS_UNKNOWN` if a region with validators does not answer. A
 *   preview does without the answers.
 */
export async function requireNoKeys(
  { network, regions }: Pick<Config, "network" | "regions">,
  keysOf: KeysOfRegion,
  stack: string,
): Promise<void> {
  const names = regions.filter(({ validators }) => validators > 0).map(({ name }) => name);
  const asked = await Promise.allSettled(names.map(keysOf));
  const found = asked.flatMap((outcome, index) =>
    outcome.status === "fulfilled" && outcome.value.size > 0
      ? [{ region: names[index] ?? "", keys: [...outcome.value].sort() }]
      : [],
  );
  if (found.length > 0) {
    throw stateLost(network.name, found, stack);
  }
  const silent = asked.flatMap((outcome, index) =>
    outcome.status === "rejected" ? [`  ${names[index]}: ${(outcome.reason as Error).message}`] : [],
  );
  if (silent.length === 0) {
    return;
  }
  const summary = `The state knows no chain, so that up makes the validators' keys, and these clusters do not say whether they have keys of a chain already:\n${silent.join("\n")}`;
  if (pulumi.runtime.isDryRun()) {
    pulumi.log.warn(summary);
    return;
  }
  throw new ChainfleetError({
    code: "KEYS_UNKNOWN",
    summary: `${summary}\nNothing was changed.`,
    next: "Make these clusters reachable from this machine, with the right to list Secrets, or leave their regions out of the config until they are; then run again.",
  });
}

function stateLost(
  network: string,
  found: readonly { readonly region: string; readonly keys: readonly string[] }[],
  stack: string,
): ChainfleetError {
  const places = found.map(
    ({ region, keys }) => `  ${region}, namespace ${fullName(network, region)}: ${keys.join(", ")}`,
  );
  return new ChainfleetError({
    code: "STATE_LOST",
    summary: `The state of the stack "${stack}" knows no chain, but the clusters have the keys of validators of ${network}:\n${places.join("\n")}\nNew keys would found another chain in their place. Nothing was changed.`,
    next: [
      `Take the keys over into the state: chainfleet recover keys --stack ${stack}`,
      `If a down was interrupted, finish it: chainfleet down --stack ${stack}`,
      "If the chain is to be given up, delete these namespaces first. If another stack runs it, give this one a network.name of its own.",
    ].join("\n"),
  });
}

/**
 * Hooks that keep a run from making a key for a validator whose key is in its cluster: a state that was restored from an old
 * copy knows the chain, but not the validators that were added later. A cluster that does not answer is taken for one without
 * the key. Kubernetes refuses to change the key in it then, because its Secret is immutable.
 */
export function keyCreationHooks(
  { network, regions }: Config,
  keysOf: KeysOfRegion,
  stack: string,
): pulumi.ResourceHookBinding {
  const places = new Map(
    regions.flatMap(({ name: region, validators }) =>
      Array.from(
        { length: validators },
        (_, index) => [validatorKeyName(region, index), { region, index }] as const,
      ),
    ),
  );
  return {
    beforeCreate: [
      new pulumi.ResourceHook(
        "validator-key-creation",
        async ({ name }) => {
          const place = places.get(name);
          const keys = place === undefined ? undefined : await keysOf(place.region).catch(() => undefined);
          if (place !== undefined && keys?.has(validatorObjectName(place.index))) {
            throw keyExists(fullName(network.name, place.region), validatorObjectName(place.index), stack);
          }
        },
        { onDryRun: true },
      ),
    ],
  };
}

function keyExists(namespace: string, validator: string, stack: string): ChainfleetError {
  return new ChainfleetError({
    code: "KEY_EXISTS",
    summary: `The state of the stack "${stack}" has no key of ${validator} in the namespace ${namespace}, but the cluster has one: the state is older than the validator. No key was made.`,
    next: [
      `Take the key over into the state: chainfleet recover keys --stack ${stack}`,
      `If a down was interrupted, finish it first: chainfleet down --stack ${stack}`,
    ].join("\n"),
  });
}
