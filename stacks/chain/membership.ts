import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { NetworkNodes } from "../../components/besu/chain-view/network-nodes";
import type { ValidatorSet } from "../../components/besu/membership/validator-set";
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
}

/**
 * Ends the program with an error if the chain's validators did not become those of the config: the engine deletes what the config
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
    // The outputs of a resource that failed, or that a run leaves out, are those of before, or have no value.
    const [changed] = await valueIfKnown(chainValidators);
    const [made] = await valueIfKnown(change.made.change);
    const [wantedChange] = await valueIfKnown(change.wanted);
    const wanted = await Promise.all(regions.flatMap(({ validators }) => validators.map(valueIfKnown)));
    if (made !== wantedChange || !isDeepStrictEqual([...(changed ?? [])].sort(), wanted.flat().sort())) {
      const { message } = new ChainfleetError({
        code: "REMOVAL_HELD_BACK",
        summary:
          "Nothing was deleted, because the chain's validators are not those of the config yet: a validator that is deleted " +
          "before it is voted out takes its share of the quorum with it.",
        next: "Repair what the run names, then run again. The run goes on where this one ended.",
      });
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(message);
    }
  }
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
