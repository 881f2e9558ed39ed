import { ChainfleetError } from "../../components/error";
import type { Finding } from "../../components/finding";

/** A config that cannot be deployed. The message lists every finding. */
export class ConfigError extends ChainfleetError {
  constructor(
    readonly findings: readonly Finding[],
    file: string,
  ) {
    const count = findings.length === 1 ? "a problem" : `${findings.length} problems`;
    const list = findings.map(({ key, problem }) => `  chainfleet:${key} ${problem}`).join("\n");
    super({
      code: "CONFIG_INVALID",
      summary: `${file} has ${count}; nothing was changed.\n${list}`,
      next: "Every key is described in docs/config.md.",
    });
    this.name = "ConfigError";
  }
}
