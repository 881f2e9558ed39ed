import type { Cloud } from "../engine/cloud/cloud";
import { CloudError } from "../engine/resources/errors";
import { type ArmKind, groupId, identity, nameFailures, operations, text } from "./arm";
import { isLocation, isSameLocation, locationNames } from "./locations";

const armType = "Microsoft.Resources/resourceGroups";

// The rule in the API's specification: https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update
const nameRule = { minimum: 1, maximum: 90, pattern: /^[-\w._()]+$/ };

export const resourceGroup: ArmKind = {
  token: "azure-native:resources:ResourceGroup",
  armType,
  apiVersion: "2024-03-01",
  operations: operations(armType),
  required: ["location"],
  autoname: { property: "resourceGroupName", style: "random", maximumLength: 90 },
  pathParameters: ["resourceGroupName"],
  unknown: ["name", "type", "properties"],
  immutable: ["resourceGroupName", "location"],
  same: isSameLocation,
  check: (inputs) => nameFailures(inputs, "resourceGroupName", nameRule),
  identify: ({ inputs, scope }) =>
    identity(groupId(scope, text(inputs, "resourceGroupName")), text(inputs, "location")),
  *validate({ inputs, name }) {
    const location = text(inputs, "location");
    if (!isLocation(location)) {
      yield new CloudError(
        400,
        "LocationNotAvailableForResourceGroup",
        `The provided location '${location}' is not available for resource group. List of available regions is ` +
          `'${locationNames.join(",")}'.`,
      );
    }
    if (name.endsWith(".")) {
      yield new CloudError(
        400,
        "InvalidResourceGroup",
        `The provided resource group name '${name}' has these invalid characters: '.'. The name can only be a ` +
          "letter, digit, '-', '.', '(', ')' or '_' and must not end with '.'.",
      );
    }
  },
  outputs: (resource, view) => ({
    properties: { provisioningState: view.state(resource) },
  }),
};

/** Creates a resource group as `az group create` does, without tags. A second creation changes nothing. */
export function createGroup(
  cloud: Cloud,
  { id, location }: { readonly id: string; readonly location: string },
): void {
  const now = Date.now();
  const identified = identity(id, location);
  if (cloud.find(identified.key) === undefined) {
    cloud.put({
      ...identified,
      cloud: "azure-native",
      type: resourceGroup.token,
      createdAt: new Date(now).toISOString(),
      inputs: { resourceGroupName: identified.name, location },
      computed: {},
      references: [],
      operation: { kind: "create", since: now, until: now, locks: [] },
    });
  }
}
