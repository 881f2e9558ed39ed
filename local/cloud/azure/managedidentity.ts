import { CloudError } from "../engine/errors";
import { listAt, stringAt } from "../engine/properties";
import { uuid } from "../engine/random";
import {
  type ArmKind,
  armId,
  groupOf,
  identifyInGroup,
  identity,
  locationFindings,
  nameFindings,
  operations,
  parentOf,
  text,
} from "./arm";
import { normalized } from "./locations";

const identities = "Microsoft.ManagedIdentity/userAssignedIdentities";
const credentials = `${identities}/federatedIdentityCredentials`;

export const userAssignedIdentity: ArmKind = {
  token: "azure-native:managedidentity:UserAssignedIdentity",
  armType: identities,
  apiVersion: "2023-01-31",
  operations: operations(identities),
  required: ["resourceGroupName", "location"],
  autoname: { property: "resourceName", style: "random", maximumLength: 128 },
  pathParameters: ["resourceGroupName", "resourceName"],
  unknown: ["name", "type", "clientId", "principalId", "tenantId", "systemData"],
  immutable: ["resourceGroupName", "resourceName", "location"],
  same: (path, a, b) => path === "location" && normalized(a) === normalized(b),
  identify: identifyInGroup(identities, "resourceName"),
  parent: groupOf,
  *validate(draft) {
    yield* locationFindings(draft, identities);
    yield* nameFindings(draft.name, draft.id, {
      minimum: 3,
      maximum: 128,
      pattern: /^[A-Za-z0-9][\w-]*$/,
    });
  },
  computed: ({ unique, previous, scope }) =>
    previous?.computed ?? {
      clientId: uuid(unique, "client"),
      principalId: uuid(unique, "principal"),
      tenantId: scope.tenant,
    },
};

export const federatedIdentityCredential: ArmKind = {
  token: "azure-native:managedidentity:FederatedIdentityCredential",
  armType: credentials,
  apiVersion: "2023-01-31",
  operations: operations(credentials),
  required: ["resourceGroupName", "resourceName", "audiences", "issuer", "subject"],
  autoname: { property: "federatedIdentityCredentialResourceName", style: "random", maximumLength: 120 },
  pathParameters: ["resourceGroupName", "resourceName", "federatedIdentityCredentialResourceName"],
  unknown: ["name", "type", "systemData"],
  immutable: ["resourceGroupName", "resourceName", "federatedIdentityCredentialResourceName"],
  unordered: ["audiences"],
  identify: ({ inputs, scope }) =>
    identity(
      armId(
        scope,
        inputs,
        credentials,
        text(inputs, "resourceName"),
        text(inputs, "federatedIdentityCredentialResourceName"),
      ),
      "",
    ),
  parent: (draft) => parentOf(draft, credentials),
  locks: ({ key }) => [key.split("/").slice(0, -2).join("/")],
  // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#errors
  conflict: (_, { id }) =>
    new CloudError(
      409,
      "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
      "Too many Federated Identity Credentials are written concurrently for the managed identity " +
        `'${id.split("/").slice(0, -2).join("/")}'. Concurrent Federated Identity Credentials writes under the ` +
        "same managed identity are not supported.",
    ),
  *validate({ inputs, name, id, key, view }) {
    yield* nameFindings(name, id, { minimum: 3, maximum: 120, pattern: /^[A-Za-z0-9][\w-]*$/ });
    const issuer = text(inputs, "issuer");
    if (!URL.canParse(issuer) || !issuer.startsWith("https://")) {
      yield invalid(`The issuer '${issuer}' has to be an https URL.`);
    }
    if (listAt(inputs, "audiences").length !== 1) {
      yield invalid("Exactly one audience is allowed.");
    }
    const siblings = view
      .children(key.split("/").slice(0, -2).join("/"))
      .filter((sibling) => sibling.type === federatedIdentityCredential.token && sibling.key !== key);
    if (siblings.length >= 20) {
      yield new CloudError(
        400,
        "TooManyFederatedIdentityCredentials",
        "Too many Federated Identity Credentials are configured: a managed identity can have 20.",
      );
    }
    const subject = stringAt(inputs, "subject");
    const twin = siblings.find(
      (sibling) => sibling.inputs.issuer === issuer && sibling.inputs.subject === subject,
    );
    if (twin !== undefined) {
      yield new CloudError(
        409,
        "Conflict",
        `Issuer and subject combination already exists for this Managed Identity (in '${twin.name}').`,
      );
    }
  },
};

function invalid(detail: string): CloudError {
  return new CloudError(400, "BadRequest", detail);
}
