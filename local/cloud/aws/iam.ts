import { CloudError } from "../engine/resources/errors";
import { listAt } from "../engine/resources/properties";
import { type AwsKind, identity, keyOf, text } from "./api";

export const role: AwsKind = {
  token: "aws:iam/role:Role",
  space: "iam/role",
  title: "IAM Role",
  taggable: true,
  operations: {
    create: "iam:CreateRole",
    read: "iam:GetRole",
    update: "iam:UpdateRole",
    delete: "iam:DeleteRole",
  },
  required: ["assumeRolePolicy"],
  autoname: { property: "name", style: "random", maximumLength: 64 },
  defaults: { maxSessionDuration: 3600, path: "/", forceDetachPolicies: false },
  unknown: ["arn", "createDate", "uniqueId", "inlinePolicies", "managedPolicyArns"],
  immutable: ["name", "namePrefix", "path"],
  same: (path, a, b) => path === "assumeRolePolicy" && sameDocument(a, b),
  identify: ({ inputs, scope }) => identity("iam/role", scope, text(inputs, "name")),
  exists: ({ name }) =>
    new CloudError(409, "EntityAlreadyExists", `Role with name ${name} already exists.`, { final: true }),
  *validate({ inputs, name }) {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      yield new CloudError(
        400,
        "ValidationError",
        `1 validation error detected: Value '${name}' at 'roleName' failed to satisfy constraint: 1 to 64 of ` +
          "[\\w+=,.@-]",
      );
    }
    const policy = documentOf(text(inputs, "assumeRolePolicy"));
    if (policy === undefined || policy.Statement === undefined) {
      yield new CloudError(400, "MalformedPolicyDocument", "This policy contains invalid Json");
    } else if (
      !JSON.stringify(policy).includes("sts:AssumeRole") &&
      !JSON.stringify(policy).includes("sts:*")
    ) {
      yield new CloudError(
        400,
        "MalformedPolicyDocument",
        "AssumeRole policy may only specify STS AssumeRole actions.",
      );
    }
  },
  computed: ({ inputs, name, scope, unique, previous }) =>
    previous?.computed ?? {
      arn: `arn:aws:iam::${scope.account}:role${text(inputs, "path")}${name}`,
      uniqueId: `AROA${unique.slice(0, 17).toUpperCase()}`,
    },
  outputs: ({ createdAt, inputs }) => ({
    createDate: createdAt,
    managedPolicyArns: inputs.managedPolicyArns ?? [],
    inlinePolicies: inputs.inlinePolicies ?? [],
  }),
  inUse: (_, users) =>
    new CloudError(
      409,
      "DeleteConflict",
      `Cannot delete entity, must ${users.some(({ type }) => type === rolePolicy.token) ? "delete policies" : "detach all policies"} first.`,
    ),
};

export const rolePolicyAttachment: AwsKind = {
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  space: "iam/attachment",
  title: "IAM Role Policy Attachment",
  taggable: false,
  operations: {
    create: "iam:AttachRolePolicy",
    read: "iam:ListAttachedRolePolicies",
    update: "iam:AttachRolePolicy",
    delete: "iam:DetachRolePolicy",
  },
  repeatable: true,
  required: ["policyArn", "role"],
  unknown: [],
  immutable: ["policyArn", "role"],
  identify: ({ inputs, scope }) =>
    identity("iam/attachment", scope, `${roleName(text(inputs, "role"))}/${text(inputs, "policyArn")}`),
  *references({ inputs, scope }) {
    const name = roleName(text(inputs, "role"));
    yield {
      key: keyOf("iam/role", scope, name),
      missing: new CloudError(404, "NoSuchEntity", `The role with name ${name} cannot be found.`),
    };
  },
  *validate({ inputs }) {
    const arn = text(inputs, "policyArn");
    const [, name] = /^arn:aws:iam::aws:policy\/(.+)$/.exec(arn) ?? [];
    if (!arn.startsWith("arn:")) {
      yield new CloudError(400, "InvalidInput", `ARN ${arn} is not valid.`);
    } else if (name === undefined || !managedPolicies.has(name)) {
      yield new CloudError(404, "NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
    }
  },
};

/** A policy in a role. A second creation replaces it: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export const rolePolicy: AwsKind = {
  token: "aws:iam/rolePolicy:RolePolicy",
  space: "iam/rolepolicy",
  title: "IAM Role Policy",
  taggable: false,
  operations: {
    create: "iam:PutRolePolicy",
    read: "iam:GetRolePolicy",
    update: "iam:PutRolePolicy",
    delete: "iam:DeleteRolePolicy",
  },
  repeatable: true,
  required: ["policy", "role"],
  autoname: { property: "name", style: "random", maximumLength: 128 },
  unknown: ["namePrefix"],
  immutable: ["name", "namePrefix", "role"],
  same: (path, a, b) => path === "policy" && sameDocument(a, b),
  identify: ({ inputs, scope }) =>
    identity("iam/rolepolicy", scope, `${roleName(text(inputs, "role"))}:${text(inputs, "name")}`),
  *references({ inputs, scope }) {
    const name = roleName(text(inputs, "role"));
    yield {
      key: keyOf("iam/role", scope, name),
      missing: new CloudError(404, "NoSuchEntity", `The role with name ${name} cannot be found.`),
    };
  },
  *validate({ inputs, key, scope, view }) {
    if (documentOf(text(inputs, "policy"))?.Statement === undefined) {
      yield new CloudError(400, "MalformedPolicyDocument", "This policy contains invalid Json");
    }
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    const name = roleName(text(inputs, "role"));
    const others = view
      .dependents(keyOf("iam/role", scope, name))
      .filter((other) => other.type === rolePolicy.token && other.key !== key)
      .map((other) => text(other.inputs, "policy"));
    const size = [...others, text(inputs, "policy")].join("").replaceAll(/\s/g, "").length;
    if (size > 10_240) {
      yield new CloudError(
        409,
        "LimitExceeded",
        `Maximum policy size of 10240 bytes exceeded for role ${name}`,
        { final: true },
      );
    }
  },
  outputs: () => ({ namePrefix: "" }),
};

export const openIdConnectProvider: AwsKind = {
  token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  space: "iam/oidc",
  title: "IAM OIDC Provider",
  taggable: true,
  operations: {
    create: "iam:CreateOpenIDConnectProvider",
    read: "iam:GetOpenIDConnectProvider",
    update: "iam:UpdateOpenIDConnectProviderThumbprint",
    delete: "iam:DeleteOpenIDConnectProvider",
  },
  required: ["clientIdLists", "url"],
  unknown: ["arn", "thumbprintLists"],
  immutable: ["url"],
  unordered: ["clientIdLists"],
  same: (path, a, b) => path === "url" && withoutScheme(a) === withoutScheme(b),
  identify: ({ inputs, scope }) => {
    const host = withoutScheme(text(inputs, "url"));
    return identity("iam/oidc", scope, `arn:aws:iam::${scope.account}:oidc-provider/${host}`, host);
  },
  exists: ({ name }) =>
    new CloudError(409, "EntityAlreadyExists", `Provider with url https://${name} already exists.`, {
      final: true,
    }),
  *validate({ inputs }) {
    const url = text(inputs, "url");
    if (!URL.canParse(url) || !url.startsWith("https://")) {
      yield new CloudError(400, "InvalidInput", `Invalid Open ID Connect Provider URL: ${url}`);
    }
    if (listAt(inputs, "clientIdLists").length > 100) {
      yield new CloudError(409, "LimitExceeded", "A provider can have 100 client ids.");
    }
  },
  computed: ({ id }) => ({ arn: id }),
  outputs: ({ inputs }) => ({
    thumbprintLists: inputs.thumbprintLists ?? [],
    url: withoutScheme(text(inputs, "url")),
  }),
};

/**
 * The AWS managed policies that the simulated cloud knows: the policies for EKS, its nodes and add-ons, and the
 * general policies.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const managedPolicies: ReadonlySet<string> = new Set([
  "AdministratorAccess",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2FullAccess",
  "AmazonEC2ReadOnlyAccess",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSClusterPolicy",
  "AmazonEKSComputePolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSNetworkingPolicy",
  "AmazonEKSServicePolicy",
  "AmazonEKSVPCResourceController",
  "AmazonEKSWorkerNodeMinimalPolicy",
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonPrometheusRemoteWriteAccess",
  "AmazonRoute53FullAccess",
  "AmazonS3FullAccess",
  "AmazonS3ReadOnlyAccess",
  "AmazonSSMManagedInstanceCore",
  "AutoScalingFullAccess",
  "CloudWatchAgentServerPolicy",
  "ElasticLoadBalancingFullAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "service-role/AmazonEBSCSIDriverPolicy",
  "service-role/AmazonEFSCSIDriverPolicy",
]);

/** The name of a role that is given by name or ARN. */
function roleName(role: string): string {
  return role.split("/").at(-1) ?? role;
}

function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, "").replace(/\/$/, "");
}

/** The parsed policy document; undefined if the text is not a JSON object. */
export function documentOf(text: string): { readonly Statement?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** True if two policy documents differ only in white space. */
function sameDocument(a: string, b: string): boolean {
  const before = documentOf(a);
  const after = documentOf(b);
  return before !== undefined && after !== undefined && JSON.stringify(before) === JSON.stringify(after);
}
