import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { ValidatorSet } from "../../components/besu/membership/validator-set";
import type { NetworkNodes } from "../../components/besu/nodes/network-nodes";
import { listed } from "../../components/besu/votes/votes";
import { valueIfKnown } from "../../components/engine/known";
import { ChainfleetError } from "../../components/error";
import { validatorName } from "../../components/naming";

/** The validators of a region of the config. */
export interface MemberRegionNames {
  readonly name: string;
  readonly validators: readonly pulumi.Output<Address>[];
}

/** A change of the chain's validators, and what it should come to. */
export interface RequiredChange {
  /** The resource that makes the change. */
  readonly made: Pick<ValidatorSet, "chainValidators" | "change">;
  /** The number of the change that the config asks for. */
  readonly wanted: pulumi.Output<number | undefined>;
  readonly nodes: Pick<NetworkNodes, "view">;
}

/**
 * Ends the program with an error if the chain has validators that are not in the config: the engine deletes what the config
 * no longer has after the program, whatever has failed, and deletes nothing after a failed program.
 *
 * @param regions of the config.
 * @returns the chain's validators.
 */
export function requiringChange(
  change: RequiredChange,
  regions: readonly MemberRegionNames[],
): pulumi.Output<Address[]> {
  const { chainValidators } = change.made;
  return pulumi.all([chainValidators, held()]).apply(([validators]) => validators);

  async function held(): Promise<void> {
    if (pulumi.runtime.isDryRun()) {
      return;
    }
    // The outputs of a resource that failed are unknown; those of a resource that a run leaves out are those of before, or unknown.
    const [changed = []] = await valueIfKnown(chainValidators);
    const [made] = await valueIfKnown(change.made.change);
    const [wantedChange] = await valueIfKnown(change.wanted);
    const configured = await Promise.all(regions.flatMap(({ validators }) => validators.map(valueIfKnown)));
    const mayDelete = await isDeletionSafe({
      change: { made, wanted: wantedChange, chainValidators: changed },
      configured: configured.flat(),
      chainNow: async () => (await change.nodes.view())?.validators,
    });
    if (!mayDelete) {
      const { message } = new ChainfleetError({
        code: "REMOVAL_HELD_BACK",
        summary:
          "Nothing was deleted, because the chain has validators that the config does not have, or no node says which validators " +
          "the chain has: a validator that is deleted before it is voted out takes its share of the quorum with it.",
        next: "Repair what the run names, then run again. The run goes on where this one ended.",
      });
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(message);
    }
  }
}

/** What {@link isDeletionSafe} asks. */
export interface DeletionCircumstances {
  readonly change: {
    /** The number of the change that was made last. */
    readonly made: number | undefined;
    /** The number of the change that the config asks for. */
    readonly wanted: number | undefined;
    /** What the change came to. */
    readonly chainValidators: readonly Address[];
  };
  /** The validators of the config whose addresses are known. */
  readonly configured: readonly Address[];
  /** The chain's validators as its nodes say, or undefined if none answers. Asked if the change does not say enough. */
  readonly chainNow: () => Promise<readonly Address[] | undefined>;
}

/**
 * Whether the chain has no validator that the config lacks, so that the engine may delete what the config lacks.
 *
 * A run that fails elsewhere leaves the change out, although nothing may have been asked of it. Then the chain itself is asked.
 */
export async function isDeletionSafe({
  change: { made, wanted, chainValidators },
  configured,
  chainNow,
}: DeletionCircumstances): Promise<boolean> {
  if (wanted === undefined) {
    // Only a state that `chainfleet recover keys` has made and no run has used since counts no changes. Such a state has nothing
    // that the config lacks.
    return true;
  }
  if (made === wanted && isDeepStrictEqual([...chainValidators].sort(), [...configured].sort())) {
    return true;
  }
  const now = await chainNow();
  return now?.every((address) => configured.includes(address)) === true;
}

/**
 * Tells in a preview which validators would be voted in and out.
 *
 * @param names of validators in the genesis block by address.
 */
export function tellMembership(
  regions: readonly MemberRegionNames[],
  names: pulumi.Output<Readonly<Record<Address, string>> | undefined>,
  nodes: Pick<NetworkNodes, "settled" | "view">,
): void {
  if (pulumi.runtime.isDryRun()) {
    void nodes.settled().then(async () => {
      const view = await nodes.view();
      if (view === undefined) {
        pulumi.log.warn(
          "will vote: the chain's validators become those of the config; no node answers now, and up needs them.",
        );
        return;
      }
      const [founders] = await valueIfKnown(names);
      const wanted = await Promise.all(
        regions.flatMap(({ name, validators }) =>
          validators.map(async (address, index) => {
            const [known] = await valueIfKnown(address);
            return { name: validatorName(name, index), address: known };
          }),
        ),
      );
      const text = membershipText(
        view.validators.map((address) => ({ address, name: founders?.[address] ?? address })),
        wanted,
      );
      if (text !== undefined) {
        pulumi.log.info(text);
      }
    });
  }
}

/**
 * Which validators would be voted in and out.
 *
 * @param wanted the validators of the config; the address of one that is about to be created is not known.
 * @returns undefined if the chain has the validators of the config.
 */
export function membershipText(
  current: readonly { readonly name: string; readonly address: Address }[],
  wanted: readonly { readonly name: string; readonly address: Address | undefined }[],
): string | undefined {
  const joining = wanted.filter(({ address }) => !current.some((voter) => voter.address === address));
  const leaving = current.filter(({ address }) => !wanted.some((validator) => validator.address === address));
  const parts = [
    ...(joining.length === 0 ? [] : [`in: ${listed(joining.map(({ name }) => name))}`]),
    ...(leaving.length === 0 ? [] : [`out: ${listed(leaving.map(({ name }) => name).sort())}`]),
  ];
  return parts.length === 0
    ? undefined
    : `will vote ${parts.join("; then ")}. The chain has ${current.length} validators, and ${wanted.length} then. New ones have all ` +
        "blocks before they are voted in, and removed ones are deleted after they are voted out.";
}
