import type { ErrorReport } from "../../components/error";
import { localTargetHint } from "./local-target";

/**
 * The error behind a failure of the Pulumi CLI that lacks access to the backend or to the stack's secrets; undefined if
 * the CLI failed for another reason. The texts are those of the CLI's `pkg/backend/backenderr/backenderr.go` and
 * `pkg/secrets/passphrase/manager.go`.
 *
 * @param output of the CLI.
 */
export function missingAccess(output: string): ErrorReport | undefined {
  if (/PULUMI_ACCESS_TOKEN must be set for login/.test(output)) {
    return {
      code: "NOT_LOGGED_IN",
      summary: "The Pulumi CLI is not logged in to the backend that keeps the state. Nothing was changed.",
      next: [
        "Log in: pulumi login <the URL of the backend>. Without a URL, the backend is Pulumi Cloud.",
        "A job of a pipeline sets PULUMI_BACKEND_URL, and for Pulumi Cloud PULUMI_ACCESS_TOKEN.",
        ...localTargetHint(),
      ].join("\n"),
    };
  }
  if (/passphrase must be set/.test(output)) {
    return {
      code: "PASSPHRASE_MISSING",
      summary:
        "The secrets of the stack are encrypted with a passphrase, and this shell does not have it. Nothing was changed.",
      next: [
        "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE with the path of a file that holds the passphrase.",
        ...localTargetHint(),
      ].join("\n"),
    };
  }
  return /incorrect passphrase/.test(output)
    ? {
        code: "PASSPHRASE_WRONG",
        summary: "The passphrase of this shell is not the one of the stack. Nothing was changed.",
        next: "Correct PULUMI_CONFIG_PASSPHRASE or the file that PULUMI_CONFIG_PASSPHRASE_FILE names.",
      }
    : undefined;
}
