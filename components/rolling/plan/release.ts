import { createHash } from "node:crypto";

/** What a release deploys, and who releases it. Everything that a release creates is tagged with its release. */
export interface Release {
  /** The stack that owns what the release creates. @example "chainfleet/production" */
  readonly stack: string;
  /** The name of the release in the stack. @example "shop" */
  readonly name: string;
  /** What is deployed, as the config names it. @example "v1.4.2" */
  readonly revision: string;
  /** The revision together with a hash of the deploy steps: a changed step is a new release of the same revision. */
  readonly id: string;
}

/** A command that runs on an instance. */
export interface DeployStep {
  readonly name: string;
  /** The shell command. */
  readonly run: string;
  /** The step runs only on instances that have one of these roles. An empty list: on every instance. */
  readonly roles: readonly string[];
}

/** The id of a release: changes whenever the same instance would have to be deployed again. */
export function releaseId(revision: string, steps: readonly DeployStep[]): string {
  const content = JSON.stringify(steps.map(({ name, run, roles }) => [name, run, roles]));
  return `${revision}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}`;
}

/** The steps that run on an instance with the given roles. */
export function stepsFor(steps: readonly DeployStep[], roles: readonly string[]): readonly DeployStep[] {
  return steps.filter((step) => step.roles.length === 0 || step.roles.some((role) => roles.includes(role)));
}

/** What a command makes outside of a release: an instance to look at, or an image of an instance of a group. */
export type Purpose = "launch" | "image";

/**
 * A release of which a command makes something. Its id is its own, so that nothing of it is taken for a part of the release
 * itself: a run of the release does not find it, and the next release starts from it as from an earlier release.
 *
 * @param random lower-case letters and digits that tell this call of the command from all others.
 */
export function releaseFor(purpose: Purpose, release: Release, random: string): Release {
  return { ...release, id: `${release.id}/${purpose}-${random}` };
}

/** What the id of a release says. */
export interface ReleaseOrigin {
  readonly revision: string;
  /** The id of the release itself, without the purpose. */
  readonly releaseId: string;
  /** Undefined for a release itself. */
  readonly purpose: Purpose | undefined;
}

/** Reads the id of a release. Text that is no id counts as the revision itself. */
export function parseReleaseId(id: string): ReleaseOrigin {
  const [, releaseId = id, purpose] = /^(.+)\/(launch|image)-[0-9a-z]+$/.exec(id) ?? [];
  const [, revision = releaseId] = /^(.+)-[0-9a-f]{8}$/.exec(releaseId) ?? [];
  return { revision, releaseId, purpose: purpose as Purpose | undefined };
}
