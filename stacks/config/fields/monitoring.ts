import { parse } from "yaml";
import { z } from "zod";
import {
  type AlertReceiver,
  RECEIVER_KEYS,
} from "../../../components/monitoring/alertmanager/alertmanager-config";
import { suggestion } from "../../../components/suggestion";
import { volumeSchema } from "./quantity";

/** The part of the config's schema under `chainfleet:monitoring`. */

const days = z.int("must be a whole number").min(1, "must be at least 1");

/** What is kept of something, and where. */
const retentionSchema = (defaultDays: number, storage: string) =>
  z
    .strictObject({
      days: days.default(defaultDays).describe("The number of days after which they are deleted."),
      storage: volumeSchema.prefault(storage).describe("The size of the volume in each region."),
    })
    .prefault({});

/** The text of an Alertmanager receiver. The value is a secret, so no message quotes any of it. */
const receiverSchema = z.string().transform((text, context): AlertReceiver => {
  const problem = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const receiver = parsedYaml(text);
  if (typeof receiver !== "object" || receiver === null || Array.isArray(receiver)) {
    return problem(
      "must be an Alertmanager receiver in YAML without its name, such as `webhook_configs: [{ url: https://… }]`",
    );
  }
  const entries = Object.entries(receiver);
  const unknown = entries.map(([key]) => key).find((key) => !RECEIVER_KEYS.includes(key));
  if (unknown !== undefined) {
    return problem(
      unknown === "name"
        ? "must not have a name; the program names the receiver"
        : `has a key that no Alertmanager receiver has${suggestion(unknown, RECEIVER_KEYS)}`,
    );
  }
  if (entries.length === 0 || !entries.every(([, list]) => isListOfObjects(list))) {
    return problem("must have a list of integrations under each key, and at least one key");
  }
  return receiver as AlertReceiver;
});

function parsedYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function isListOfObjects(list: unknown): boolean {
  return (
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((entry) => typeof entry === "object" && entry !== null)
  );
}

export const monitoringSchema = z.strictObject({
  metrics: retentionSchema(15, "20Gi").describe("The metrics that each region's Prometheus keeps."),
  logs: retentionSchema(7, "20Gi").describe("The logs of the nodes that each region's Loki keeps."),
  receiver: receiverSchema
    .optional()
    .describe(
      'Who is notified of alerts: the text of an Alertmanager receiver without its name, in YAML. Set it as a secret: `pulumi config set --secret --path chainfleet:monitoring.receiver "$(cat receiver.yaml)"`. Plain text is refused. Default: nobody; alerts are shown by Alertmanager and Grafana.',
    ),
  registry: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
      "must be the address of a registry, such as docker.io or registry.example.com/mirror",
    )
    .default("docker.io")
    .describe(
      "The registry of the images, with the names that they have at Docker Hub, such as `prom/prometheus`.",
    ),
});
