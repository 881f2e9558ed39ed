/** The options of a Besu node that the stand-in heeds, by name without the leading dashes. */
export class NodeOptions {
  readonly #values = new Map<string, string>();

  /** @param args of the container, with all variables in their place. */
  constructor(args: readonly string[]) {
    for (const argument of args) {
      const [, name = "", value = "true"] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
      this.#values.set(name, value);
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The hosts that the servers accept, in lower case; `*` for all. Besu's default is the loopback names. */
  get hosts(): readonly string[] {
    return (this.get("host-allowlist") ?? "localhost,127.0.0.1").toLowerCase().split(",");
  }

  /** The enabled APIs, in upper case. */
  get apis(): readonly string[] {
    return (this.get("rpc-http-api") ?? "ETH,NET,WEB3").toUpperCase().split(",");
  }
}
