import type { PropertyMap } from "../../../plugin/values";
import { CloudError } from "../../engine/resources/errors";
import type { Draft, View } from "../../engine/resources/kind";
import { isGiven } from "../../engine/resources/properties";
import { uuid } from "../../engine/resources/random";
import type { Resource } from "../../engine/resources/store";
import { type AwsKind, identity, keyOf, text } from "../api";
import { findSecret, NOT_FOUND } from "./secret";

/**
 * A value of a secret. A new one becomes the current one: the label AWSCURRENT moves to it.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export const secretVersion: AwsKind = {
  token: "aws:secretsmanager/secretVersion:SecretVersion",
  space: "secretsmanager/version",
  title: "Secrets Manager Secret Version",
  taggable: false,
  operations: {
    create: "secretsmanager:PutSecretValue",
    read: "secretsmanager:GetSecretValue",
    update: "secretsmanager:UpdateSecretVersionStage",
    delete: "secretsmanager:UpdateSecretVersionStage",
  },
  required: ["secretId"],
  unknown: ["arn", "secretArn", "versionId", "versionStages"],
  immutable: ["secretId", "secretString", "secretBinary", "region"],
  *check(inputs) {
    if (isGiven(inputs, "secretString") === isGiven(inputs, "secretBinary")) {
      yield { property: "secretString", reason: "one of secretBinary and secretString must be specified" };
    }
  },
  identify: ({ inputs, scope, unique }) => {
    const id = `${text(inputs, "secretId")}|${uuid(unique, "version")}`;
    return identity("secretsmanager/version", scope, id);
  },
  // An import takes the same: "secret ID|version ID".
  parent: ({ inputs, scope, view }) => {
    const { account, region } = scope;
    return {
      key:
        findSecret(view, { account, region, secretId: text(inputs, "secretId") })?.key ??
        keyOf("secretsmanager/secret", scope, text(inputs, "secretId")),
      missing: new CloudError(400, "ResourceNotFoundException", NOT_FOUND),
    };
  },
  *validate({ inputs }) {
    for (const input of ["versionStages", "secretStringWo", "secretStringWoVersion"]) {
      if (isGiven(inputs, input)) {
        yield new CloudError(
          400,
          "InvalidParameterException",
          `The local simulated cloud has no ${input} of secrets.`,
        );
      }
    }
  },
  computed: (draft) => draft.previous?.computed ?? computedAtCreation(draft),
  outputs: (version, view) => ({
    versionStages: stagesOf(version, view),
    hasSecretString: isGiven(version.inputs, "secretString"),
  }),
  // The plugin cannot take the label AWSCURRENT off, and the value stays:
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/secretsmanager/secret_version.go
  remains: (version, doomed) =>
    doomed.some(({ key }) => key === version.parent) ? undefined : unmanaged(version),
};

function computedAtCreation({ id, inputs, scope, view }: Draft): PropertyMap {
  const { account, region } = scope;
  const arn = findSecret(view, { account, region, secretId: text(inputs, "secretId") })?.id ?? null;
  return { arn, secretArn: arn, versionId: id.split("|")[1] ?? "" };
}

function unmanaged({ urn: _, ...version }: Resource): Resource {
  const now = Date.now();
  return {
    ...version,
    key: `${version.key} kept`,
    operation: { kind: "create", since: now, until: now, locks: [] },
  };
}

/** The current value of a secret; undefined if it has none. */
export function currentVersion(secretKey: string, view: View): Resource | undefined {
  return versionsOf(secretKey, view).at(-1);
}

/** The versions of a secret, the current one last. */
function versionsOf(secretKey: string, view: View): readonly Resource[] {
  return [...view.children(secretKey)]
    .filter(({ type }) => type === secretVersion.token)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

function stagesOf({ key, parent = "" }: Resource, view: View): string[] {
  const keys = versionsOf(parent, view).map((version) => version.key);
  const age = keys.length - 1 - keys.indexOf(key);
  return age === 0 ? ["AWSCURRENT"] : age === 1 ? ["AWSPREVIOUS"] : [];
}
