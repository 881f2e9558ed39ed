import type { Cloud } from "../../engine/cloud/cloud";
import { CloudError } from "../../engine/resources/errors";
import type { Draft, View } from "../../engine/resources/kind";
import { isGiven, numberAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import { type AwsKind, identity, isIn, text } from "../api";

/** The type of what stays of a secret that was deleted with a recovery window. */
export const DELETED_SECRET = "aws:secretsmanager/deletedSecret:DeletedSecret";

/** A secret of Secrets Manager, without its values. A deleted secret stays, and keeps its name, until its recovery window ends. */
export const secret: AwsKind = {
  token: "aws:secretsmanager/secret:Secret",
  space: "secretsmanager/secret",
  title: "Secrets Manager Secret",
  taggable: true,
  operations: {
    create: "secretsmanager:CreateSecret",
    read: "secretsmanager:DescribeSecret",
    update: "secretsmanager:UpdateSecret",
    delete: "secretsmanager:DeleteSecret",
  },
  required: [],
  autoname: { property: "name", style: "random", maximumLength: 512 },
  defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
  unknown: ["arn", "namePrefix", "policy", "replicas"],
  immutable: ["name", "namePrefix", "region", "type"],
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/secretsmanager/secret.go
  *check(inputs) {
    const days = numberAt(inputs, "recoveryWindowInDays") ?? 30;
    if (days !== 0 && (days < 7 || days > 30)) {
      yield {
        property: "recoveryWindowInDays",
        reason: `expected recovery_window_in_days to be in the range (7 - 30) or one of [0], got ${days}`,
      };
    }
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(text(inputs, "name"))) {
      yield {
        property: "name",
        reason:
          'only alphanumeric characters and /_+=.@- special characters are allowed in "name", 512 at most',
      };
    }
  },
  // AWS adds a hyphen and six characters to the ARN: the same page, "Name".
  identify: ({ inputs, scope, unique }) => {
    const name = text(inputs, "name");
    const arn = `arn:aws:secretsmanager:${scope.region}:${scope.account}:secret:${name}-${unique.slice(0, 6)}`;
    return identity("secretsmanager/secret", scope, arn, name);
  },
  *validate(draft) {
    yield* nameFindings(draft);
    for (const input of ["kmsKeyId", "policy", "replicas", "type"]) {
      if (isGiven(draft.inputs, input)) {
        yield new CloudError(
          400,
          "InvalidParameterException",
          `The local simulated cloud has no ${input} of secrets.`,
        );
      }
    }
  },
  computed: ({ id }) => ({ arn: id }),
  outputs: () => ({ namePrefix: "", policy: "", replicas: [] }),
  remains: (resource, doomed) =>
    numberAt(resource.inputs, "recoveryWindowInDays") === 0 ? undefined : deletedSecret(resource, doomed),
};

/** The secret with an ARN or a name in an account's region; undefined if there is none, or if it was deleted. */
export function findSecret(view: View, place: SecretPlace): Resource | undefined {
  return inPlace(view.list(secret.token), place);
}

/** The same of a secret that was deleted and can still be restored. */
export function findDeletedSecret(view: View, place: SecretPlace): Resource | undefined {
  return inPlace(view.list(DELETED_SECRET), place);
}

/** What a secret is found by. */
export interface SecretPlace {
  readonly account: string;
  readonly region: string;
  /** ARN or name. */
  readonly secretId: string;
}

function inPlace(
  secrets: readonly Resource[],
  { account, region, secretId }: SecretPlace,
): Resource | undefined {
  return secrets.find(
    (found) => isIn(account, found) && found.location === region && [found.id, found.name].includes(secretId),
  );
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_Errors */
function* nameFindings({ name, previous, scope, view }: Draft): Generator<CloudError> {
  if (previous !== undefined) {
    return;
  }
  const place = { account: scope.account, region: scope.region, secretId: name };
  if (findSecret(view, place) !== undefined) {
    yield new CloudError(
      400,
      "ResourceExistsException",
      `The operation failed because the secret ${name} already exists.`,
      { final: true },
    );
  }
  // The sentence in https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/secretsmanager/secret.go
  if (findDeletedSecret(view, place) !== undefined) {
    yield new CloudError(
      400,
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
}

/**
 * What stays of a secret: everything that a restoration brings back. Nobody can read the values in it.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
function deletedSecret(resource: Resource, doomed: readonly Resource[]): Resource {
  const now = Date.now();
  const versions = doomed.filter(({ parent }) => parent === resource.key);
  return {
    ...resource,
    key: `${resource.key} deleted`,
    type: DELETED_SECRET,
    inputs: {},
    computed: { resources: JSON.stringify([resource, ...versions]) },
    references: [],
    operation: { kind: "create", since: now, until: now, locks: [] },
  };
}

/**
 * Restores a secret as `aws secretsmanager restore-secret` does, with its values:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
 *
 * @throws CloudError if there is no such deleted secret.
 */
export function restoreSecret(cloud: Cloud, arn: string): void {
  const deleted = cloud.list(DELETED_SECRET).find(({ id }) => id === arn);
  if (deleted === undefined) {
    throw new CloudError(400, "ResourceNotFoundException", NOT_FOUND);
  }
  const now = Date.now();
  for (const resource of JSON.parse(text(deleted.computed, "resources")) as Resource[]) {
    cloud.put({ ...resource, operation: { kind: "create", since: now, until: now, locks: [] } });
  }
  cloud.remove(deleted.key);
}

/** What the service says of a secret that it does not have. */
export const NOT_FOUND = "Secrets Manager can't find the specified secret.";
