import { deleteImage, deleteSnapshot } from "../../../components/rolling/image/delete-image";
import { terminateInstance } from "../../../components/rolling/instance/terminate";
import type { Release } from "../../../components/rolling/plan/release";
import { EngineCommand } from "../../engine/command";
import { openStack } from "../../engine/stack";
import { readState } from "../../engine/state";
import { confirmDeletion } from "../../terminal/confirmation";
import { tableOf } from "../../terminal/table";
import { type PlannedCall, showCalls } from "../calls";
import { exitCodeOf, forEach, jsonOf, type Outcome, showErrors } from "../outcomes";
import { type ChangeOptions, selectGroups } from "../selection";
import { findTagged } from "./find";
import { age, type Leftover, leftoversOf, type TaggedResource } from "./leftovers";

/** The options of `chainfleet rolling sweep`. */
export interface SweepOptions extends ChangeOptions {
  /** Whether to delete without asking for confirmation. */
  readonly yes: boolean;
}

/**
 * `chainfleet rolling sweep`: finds by their tags the temporary instances, images and orphaned snapshots of a stack and
 * release, in the regions of the groups, that nothing uses and the stack's state does not know; shows them, asks, and
 * deletes them.
 *
 * @returns the exit code of the process: 1 if a region could not be searched or a resource could not be deleted, else 0.
 * @throws ChainfleetError `CONFIRMATION_IMPOSSIBLE` or `CONFIRMATION_REFUSED`. Nothing has been deleted then.
 */
export async function sweep(options: SweepOptions): Promise<number> {
  const { groups, release } = selectGroups(options);
  const regions = [...new Set(groups.map(({ region }) => region))];
  const command = new EngineCommand();
  const stack = await openStack(options.stack, command);
  const search = async () => {
    const searches = await forEach(regions, String, (region) => findTagged(region, release));
    // The state is read after AWS, so that it knows everything that a run had finished by the time of the search.
    const state = await readState(stack, command);
    return {
      searches,
      leftovers: leftoversOf(
        searches.flatMap(({ value = [] }) => value),
        state,
        regions,
      ),
    };
  };
  const { searches, leftovers } = await search();
  if (options.dryRun) {
    const found = searches.map((outcome) =>
      outcome.error === undefined
        ? {
            ...outcome,
            value: leftovers.filter(({ region }) => region === outcome.subject).flatMap(callsOf),
          }
        : outcome,
    );
    return showCalls(found, options);
  }
  if (leftovers.length > 0 && !options.yes) {
    process.stderr.write(`${leftoverTable(leftovers)}\n`);
    await confirmDeletion({
      command: "rolling sweep",
      what: leftovers.length === 1 ? "this resource" : `these ${leftovers.length} resources`,
      stack: options.stack,
    });
  }
  // Since the question was asked, a run may have taken over a resource, or a group may use an image.
  const still = leftovers.length > 0 && !options.yes ? idsOf((await search()).leftovers) : idsOf(leftovers);
  const outcomes = await forEach(
    leftovers.filter(({ id }) => still.has(id)),
    ({ kind, id, region }) => `${kind} ${id} (${region})`,
    deleteLeftover,
  );
  show(searches, outcomes, { ...options, release });
  return Math.max(exitCodeOf(searches), exitCodeOf(outcomes));
}

function idsOf(leftovers: readonly Leftover[]): ReadonlySet<string> {
  return new Set(leftovers.map(({ id }) => id));
}

async function deleteLeftover({ kind, id, region }: Leftover): Promise<void> {
  switch (kind) {
    case "instance":
      return terminateInstance(region, id);
    case "image":
      return deleteImage(region, id);
    case "snapshot":
      return deleteSnapshot(region, id);
  }
}

/** The calls that delete a resource. */
export function callsOf({ kind, id, region, snapshots }: Leftover): PlannedCall[] {
  switch (kind) {
    case "instance":
      return [{ region, call: "ec2:TerminateInstances", input: { InstanceIds: [id] } }];
    case "image":
      return [
        { region, call: "ec2:DeregisterImage", input: { ImageId: id } },
        ...snapshots.map((SnapshotId) => ({
          region,
          call: "ec2:DeleteSnapshot" as const,
          input: { SnapshotId },
        })),
      ];
    case "snapshot":
      return [{ region, call: "ec2:DeleteSnapshot", input: { SnapshotId: id } }];
  }
}

function leftoverTable(leftovers: readonly Leftover[]): string {
  const now = new Date();
  return tableOf(
    ["kind", "id", "region", "revision", { numbers: "age" }],
    leftovers.map(({ kind, id, region, revision, createdAt }) => [
      kind,
      id,
      region,
      revision,
      age(createdAt, now),
    ]),
  );
}

function show(
  searches: readonly Outcome<string, TaggedResource[]>[],
  outcomes: readonly Outcome<Leftover, void>[],
  { json, stack, release }: SweepOptions & { readonly release: Release },
): void {
  if (json) {
    const leftovers = outcomes.map(({ subject: { kind, id, region, revision, createdAt }, error }) => ({
      kind,
      id,
      region,
      revision,
      createdAt,
      deleted: error === undefined,
      ...(error === undefined ? {} : { error: jsonOf(error) }),
    }));
    const errors = searches.flatMap(({ error }) => (error === undefined ? [] : [jsonOf(error)]));
    process.stdout.write(`${JSON.stringify({ leftovers, ...(errors.length === 0 ? {} : { errors }) })}\n`);
    return;
  }
  if (outcomes.length === 0 && exitCodeOf(searches) === 0) {
    process.stdout.write(`Nothing is left over of release ${release.name} of the stack "${stack}".\n`);
  }
  if (outcomes.length > 0) {
    const deleted = outcomes.flatMap(({ subject, error }) => (error === undefined ? [subject] : []));
    process.stdout.write(`${leftoverTable(outcomes.map(({ subject }) => subject))}\n`);
    process.stdout.write(`${deleted.length} of ${outcomes.length} resources are deleted\n`);
  }
  showErrors(searches);
  showErrors(outcomes);
}
