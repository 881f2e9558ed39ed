import { PORTS } from "../ports";

/**
 * The config of a region's Loki: one process that keeps logs in its volume.
 * https://grafana.com/docs/loki/latest/configure/
 */
export function lokiConfig(retentionDays: number) {
  return {
    auth_enabled: false,
    server: { http_listen_port: PORTS.loki, log_level: "warn" },
    common: {
      path_prefix: "/loki",
      replication_factor: 1,
      ring: { instance_addr: "127.0.0.1", kvstore: { store: "inmemory" } },
      storage: { filesystem: { chunks_directory: "/loki/chunks", rules_directory: "/loki/rules" } },
    },
    schema_config: {
      configs: [
        {
          from: "2024-04-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    limits_config: { retention_period: `${retentionDays * 24}h`, volume_enabled: true },
    compactor: {
      working_directory: "/loki/compactor",
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    analytics: { reporting_enabled: false },
  };
}
