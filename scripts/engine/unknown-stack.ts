import type { ErrorReport } from "../../components/error";
import { stackFile } from "../../stacks/config/written/written-config";
import { localTargetHint } from "./local-target";

/**
 * The error behind a failure of the Pulumi CLI whose backend does not know the stack; undefined if the CLI failed for
 * another reason. The text is that of `StackNotFoundError` in the CLI's `pkg/backend/backenderr/backenderr.go`.
 *
 * @param output of the CLI.
 */
export function unknownStack(output: string): ErrorReport | undefined {
  const [, name] = /no stack named '([^']+)' found/.exec(output) ?? [];
  return name === undefined
    ? undefined
    : {
        code: "STACK_UNKNOWN",
        summary: `The stack "${name}" does not exist: there is a file ${stackFile(name)}, but Pulumi's backend has no stack of this name. Nothing was changed.`,
        next: [
          `Create the stack: pulumi stack init ${name}`,
          "Without --secrets-provider (awskms://…, azurekeyvault://…), a self-managed backend encrypts the stack's secrets, which include the validators' keys, with a passphrase.",
          ...localTargetHint(),
        ].join("\n"),
      };
}
