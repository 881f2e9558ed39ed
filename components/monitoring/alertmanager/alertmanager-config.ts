/** A receiver of Alertmanager without its name: https://prometheus.io/docs/alerting/latest/configuration/#receiver */
export type AlertReceiver = Readonly<Record<string, readonly object[]>>;

/**
 * The config of a region's Alertmanager. Alerts of one name are one notification; critical ones are repeated each hour.
 *
 * The Alertmanagers of all regions have the same route and labels for an alert about the chain, and therefore the same group key,
 * by which PagerDuty, Opsgenie and others recognize notifications of one incident.
 *
 * @param receiver undefined: alerts are shown by Alertmanager and Grafana, and nobody is notified.
 */
export function alertmanagerConfig(receiver: AlertReceiver | undefined) {
  return {
    route: {
      receiver: RECEIVER,
      group_by: ["alertname", "network", "region"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [{ matchers: ['severity="critical"'], group_wait: "10s", repeat_interval: "1h" }],
    },
    // A node that is down is the reason for what else is said of the same node.
    inhibit_rules: [
      {
        source_matchers: ['alertname="NodeDown"'],
        target_matchers: ['alertname=~"PeersLow|NodeBehind"'],
        equal: ["node"],
      },
      {
        source_matchers: ['alertname="ChainStalled"'],
        target_matchers: ['alertname="RoundChanges"'],
        equal: ["network"],
      },
    ],
    receivers: [{ name: RECEIVER, ...receiver }],
  };
}

const RECEIVER = "operators";

/** The keys of a receiver in Alertmanager 0.33: Receiver in config/config.go of https://github.com/prometheus/alertmanager. */
export const RECEIVER_KEYS: readonly string[] = [
  "discord",
  "email",
  "incidentio",
  "jira",
  "mattermost",
  "msteams",
  "msteamsv2",
  "opsgenie",
  "pagerduty",
  "pushover",
  "rocketchat",
  "slack",
  "sns",
  "telegram",
  "victorops",
  "webex",
  "webhook",
  "wechat",
].map((kind) => `${kind}_configs`);
