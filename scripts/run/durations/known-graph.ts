import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../../../components/root";
import { shardNameOf } from "../../../stacks/config/written/shard-name";
import { plainStackName, stackFile } from "../../../stacks/config/written/written-config";
import { dependenciesOf, type StateResource } from "../../engine/state";
import type { PreviewedOperation } from "./planned-operations";

/** What a preview or an `up` has shown of a stack's resources, for the prediction of the next `up`. */
export interface KnownGraph {
  /** The stack's resources as they are after an `up`. */
  readonly resources: readonly StateResource[];
  /** What a preview has shown; absent if the last word is that of an `up`, after which nothing is left to do. */
  readonly preview?: {
    /** The `fingerprint` of the state with which the preview compared. */
    readonly state: string;
    readonly operations: readonly PreviewedOperation[];
  };
}

/** Dependencies are places in the list, because a URN has 150 characters. */
const fileSchema = z.object({
  version: z.literal(1),
  config: z.string(),
  resources: z.array(
    z.object({ urn: z.string(), type: z.string(), custom: z.boolean(), dependencies: z.array(z.int()) }),
  ),
  preview: z
    .object({
      state: z.string(),
      operations: z.array(z.object({ urn: z.string(), type: z.string(), op: z.string() })),
    })
    .optional(),
});

/**
 * What is known of a stack's resources; undefined if nothing is known, if the config has changed since, or if the file is
 * damaged.
 */
export function readKnownGraph(stackName: string): KnownGraph | undefined {
  try {
    const file = fileSchema.parse(JSON.parse(readFileSync(fileOf(stackName), "utf8")));
    if (file.config !== configHash(stackName)) {
      return undefined;
    }
    return {
      resources: file.resources.map(({ dependencies, ...resource }) => ({
        ...resource,
        dependencies: dependencies.flatMap((place) => file.resources[place]?.urn ?? []),
      })),
      ...(file.preview === undefined ? {} : { preview: file.preview }),
    };
  } catch {
    return undefined;
  }
}

/** Keeps what is known of a stack's resources, with the stack's present config. */
export function writeKnownGraph(stackName: string, { resources, preview }: KnownGraph): void {
  const places = new Map(resources.map(({ urn }, place) => [urn, place]));
  const text = `${JSON.stringify({
    version: 1,
    config: configHash(stackName),
    resources: resources.map((resource) => ({
      urn: resource.urn,
      type: resource.type,
      custom: resource.custom === true,
      dependencies: dependenciesOf(resource).flatMap((urn) => places.get(urn) ?? []),
    })),
    ...(preview === undefined ? {} : { preview }),
  })}\n`;
  const file = fileOf(stackName);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}.part`, text);
  renameSync(`${file}.${process.pid}.part`, file);
}

/** Tells whether a state is still the one with which a preview compared. */
export function fingerprint(resources: readonly StateResource[]): string {
  const lines = resources.map(({ urn, id = "", modified }) => `${urn} ${id} ${String(modified)}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function configHash(stackName: string): string {
  // The network's file describes the stack of a region.
  const file = join(PROJECT_ROOT, stackFile(shardNameOf(stackName)?.parent ?? stackName));
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function fileOf(stackName: string): string {
  return join(PROJECT_ROOT, ".chainfleet/graphs", `${plainStackName(stackName)}.json`);
}
