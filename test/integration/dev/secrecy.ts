import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { filesIn } from "../../support/files";
import type { DevNetwork } from "./dev-network";

/**
 * That no secret is written where it can be read.
 *
 * @param commandLines The command lines of all processes during the first `up`; filled before the tests run.
 */
export function testSecrecy(network: DevNetwork, commandLines: readonly string[]): void {
  it("keeps keys, tokens and kubeconfigs out of state, records, logs, output and process lists", async () => {
    const secrets = [
      ...(await network.validatorKeys()).flatMap((key) => encodingsOf(key.slice(2))),
      ...apiServerToken(network),
    ];
    const files = [".chainfleet/local/state", ".chainfleet/runs", ".chainfleet/local/logs"].flatMap(
      (folder) => filesIn(network.checkout.path(folder)),
    );
    expect(files.length).toBeGreaterThan(10);
    expect(commandLines.length).toBeGreaterThan(10);
    const texts = [
      ...files.map((file) => ({ source: file, text: readFileSync(file, "latin1") })),
      ...network.printed.map((text) => ({ source: "the output of the commands", text })),
      { source: "the process list", text: commandLines.join("\n") },
    ];
    for (const { source, text } of texts) {
      for (const secret of secrets) {
        expect(text.includes(secret), `${source} contains a secret`).toBe(false);
      }
      expect(text.includes("certificate-authority-data"), `${source} contains a kubeconfig`).toBe(false);
    }
  });
}

/** The token of the local API server, as text and in base64. */
function apiServerToken({ checkout }: DevNetwork): string[] {
  const file = checkout.path(".chainfleet/local/kubernetes-control-plane/token");
  const [token = ""] = readFileSync(file, "utf8").trim().split(",");
  return [token, Buffer.from(token).toString("base64")];
}

/** The ways in which a key may be written: hexadecimal in either case, base64 of that text or of the bytes. */
function encodingsOf(hex: string): string[] {
  return [
    hex,
    hex.toUpperCase(),
    Buffer.from(`0x${hex}`).toString("base64"),
    Buffer.from(hex, "hex").toString("base64"),
  ];
}
