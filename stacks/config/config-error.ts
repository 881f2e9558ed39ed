import { ChainfleetError } from "../../components/error";
import type { Finding } from "../../components/finding";

/** Config that cannot be deployed; the message lists every finding. */
export class ConfigError extends ChainfleetError {
  constructor(
    readonly findings: readonly Finding[],
    file: string,
  ) {
    super({
      code: "CONFIG_INVALID",
      summary: `${file} has ${findings.length === 1 ? "a problem" : `${findings.length} problems`}; nothing was changed.\n${findings
        .map(({ key, problem }) => `  chainfleet:${key} ${problem}`)
        .join("\n")}`,
      next: "Every key is described in docs/config.md.",
    });
    this.name = "ConfigError";
  }
}
