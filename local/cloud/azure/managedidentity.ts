import { CloudError } from "../engine/resources/errors";
import { listAt, stringAt } from "../engine/resources/properties";
import { uuid } from "../engine/resources/random";
import {
  type ArmKind,
  armId,
  groupReference,
  identifyInGroup,
  identity,
  locationFindings,
  nameFindings,
  operations,
  parentIdOf,
  parentKeyOf,
  parentReference,
  text,
} from "./arm";
import { isSameLocation } from "./locations";

const identityType = "Microsoft.ManagedIdentity/userAssignedIdentities";
const credentialType = `${identityType}/federatedIdentityCredentials`;

export const userAssignedIdentity: ArmKind = {
  token: "azure-native:managedidentity:UserAssignedIdentity",
  armType: identityType,
  apiVersion: "2023-01-31",
  operations: operations(identityType),
  required: ["resourceGroupName", "location"],
  autoname: { property: "resourceName", style: "random", maximumLength: 128 },
  pathParameters: ["resourceGroupName", "resourceName"],
  unknown: ["name", "type", "clientId", "principalId", "tenantId", "systemData"],
  immutable: ["resourceGroupName", "resourceName", "location"],
  same: isSameLocation,
  identify: identifyInGroup(identityType, "resourceName"),
  parent: groupReference,
  *validate(draft) {
    yield* locationFindings(draft, identityType);
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
  armType: credentialType,
  apiVersion: "2023-01-31",
  operations: operations(credentialType),
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
        credentialType,
        text(inputs, "resourceName"),
        text(inputs, "federatedIdentityCredentialResourceName"),
      ),
      "",
    ),
  parent: (draft) => parentReference(draft, credentialType),
  locks: ({ id }) => [parentKeyOf(id)],
  // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#errors
  conflict: (_, { id }) =>
    new CloudError(
      409,
      "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
      "Too many Federated Identity Credentials are written concurrently for the managed identity " +
        `'${parentIdOf(id)}'. Concurrent Federated Identity Credentials writes under the ` +
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
      .children(parentKeyOf(id))
      .filter((sibling) => sibling.type === federatedIdentityCredential.token && sibling.key !== key);
    if (siblings.length >= 20) {
      yield new CloudError(
        400,
        "TooManyFederatedIdentityCredentials",
        "Too many Federated Identity Credentials are configured: a managed identity can have 20.",
      );
    }
    const subject = stringAt(inputs, "subject");
    const duplicate = siblings.find(
      (sibling) => sibling.inputs.issuer === issuer && sibling.inputs.subject === subject,
    );
    if (duplicate !== undefined) {
      yield new CloudError(
        409,
        "Conflict",
        `Issuer and subject combination already exists for this Managed Identity (in '${duplicate.name}').`,
      );
    }
  },
};

function invalid(detail: string): CloudError {
  return new CloudError(400, "BadRequest", detail);
}
