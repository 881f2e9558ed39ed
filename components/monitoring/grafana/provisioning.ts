import { stringify } from "yaml";
import { PORTS } from "../ports";
import { type DashboardSettings, dashboards } from "./dashboards";
import { DATA_SOURCES } from "./panel";

/** Where Grafana reads what it is provisioned with. */
export const PROVISIONING_FOLDER = "/etc/grafana/provisioning";

/**
 * The files with which Grafana starts, by their paths in {@link PROVISIONING_FOLDER}: data sources and dashboards. Nothing of it
 * can be changed in the browser. https://grafana.com/docs/grafana/latest/administration/provisioning/
 */
export function provisioning(settings: DashboardSettings): Record<string, string> {
  return {
    "datasources/datasources.yaml": stringify({
      apiVersion: 1,
      datasources: [
        source("Prometheus", DATA_SOURCES.metrics, `http://prometheus:${PORTS.prometheus}`),
        source("Loki", DATA_SOURCES.logs, `http://loki:${PORTS.loki}`),
      ],
    }),
    "dashboards/dashboards.yaml": stringify({
      apiVersion: 1,
      providers: [
        {
          name: "chainfleet",
          type: "file",
          disableDeletion: true,
          allowUiUpdates: false,
          options: { path: `${PROVISIONING_FOLDER}/dashboards` },
        },
      ],
    }),
    ...Object.fromEntries(
      Object.entries(dashboards(settings)).map(([file, content]) => [
        `dashboards/${file}`,
        JSON.stringify(content),
      ]),
    ),
  };
}

function source(name: string, type: string, url: string): object {
  return {
    name,
    type,
    uid: type,
    url,
    access: "proxy",
    isDefault: type === DATA_SOURCES.metrics,
    editable: false,
  };
}
