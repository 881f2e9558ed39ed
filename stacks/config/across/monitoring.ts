import type { Finding } from "../../../components/finding";
import { outlineRegions } from "../outline";

/**
 * Checks what `monitoring` requires of the rest of the config. Works on the unchecked config, so that these findings are reported
 * together with those of the schema.
 */
export function acrossMonitoring(unchecked: Readonly<Record<string, unknown>>): Finding[] {
  if (unchecked.monitoring === undefined) {
    return [];
  }
  const { stack = "network" } = unchecked;
  if (stack !== "network" && stack !== "full") {
    return [
      {
        key: "monitoring",
        problem: `would monitor nothing, because the stack ${String(stack)} has no regions of a network; remove it`,
      },
    ];
  }
  const names = outlineRegions(unchecked.regions).map(({ name }) => name);
  return names.flatMap((name, index) =>
    typeof name === "string" && names.includes(`${name}-monitoring`)
      ? [
          {
            key: `regions[${names.indexOf(`${name}-monitoring`)}].name`,
            problem: `is "${name}-monitoring", and the namespace of its nodes would be that of the monitoring of regions[${index}]; choose another name`,
          },
        ]
      : [],
  );
}
