import type { Finding } from "../../../components/finding";

/** What is wrong with a config that holds private keys which are not encrypted. */
export const PLAIN_TEXT_KEYS: Finding = {
  key: "keys",
  problem:
    "are in plain text, and after a run also in Pulumi's history of this stack: create new keys, and set each with pulumi config set --secret --path",
};

/** What is wrong with a config that holds a receiver of alerts which is not encrypted. */
export const PLAIN_TEXT_RECEIVER: Finding = {
  key: "monitoring.receiver",
  problem:
    "is in plain text, and after a run also in Pulumi's history of this stack: replace the credentials in it, and set it with pulumi config set --secret --path",
};
