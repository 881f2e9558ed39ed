import type { Finding } from "../../../components/finding";
import { fieldsOf } from "../outline";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the rules that relate `rolling` to the rest of the config, and its groups and steps to each other. Works on the
 * unchecked config, so that these findings are reported together with those of the schema.
 */
export function acrossRolling(config: Fields): Finding[] {
  if (config.stack !== "rolling" && config.stack !== "full") {
    return config.rolling === undefined
      ? []
      : [{ key: "rolling", problem: "would not be deployed: set chainfleet:stack to rolling or full" }];
  }
  if (config.rolling === undefined) {
    return config.stack === "full"
      ? []
      : [{ key: "rolling", problem: "is missing; the stack rolling releases to Auto Scaling Groups" }];
  }
  const { groups, deploy } = fieldsOf(config.rolling);
  return [
    ...duplicates("rolling.groups", groups, ({ name }) => name, "name"),
    ...duplicates(
      "rolling.groups",
      groups,
      ({ region, autoScalingGroup }) => autoScalingGroup && `${String(region)}/${String(autoScalingGroup)}`,
      "autoScalingGroup",
    ),
    ...duplicates("rolling.deploy", deploy, ({ name }) => name, "name"),
    ...primaryRolesWithoutUse(groups),
  ];
}

function duplicates(
  key: string,
  entries: unknown,
  identityOf: (fields: Fields) => unknown,
  field: string,
): Finding[] {
  const identities = listOf(entries).map((entry) => identityOf(fieldsOf(entry)));
  return identities.flatMap((identity, index) => {
    const first = identities.indexOf(identity);
    return identity === undefined || first === index
      ? []
      : [
          {
            key: `${key}[${index}].${field}`,
            problem: `is "${String(identity)}", as is that of ${key}[${first}]; each entry needs one of its own`,
          },
        ];
  });
}

function primaryRolesWithoutUse(groups: unknown): Finding[] {
  return listOf(groups).flatMap((group, index) => {
    const { primaryRoles, strategy } = fieldsOf(group);
    return primaryRoles === undefined || strategy === "standard"
      ? []
      : [
          {
            key: `rolling.groups[${index}].primaryRoles`,
            problem:
              "has no meaning for the strategy rolling, whose temporary instance has the roles of all groups",
          },
        ];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
