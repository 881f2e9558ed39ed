import { parseArgs } from "node:util";
import { serve } from "../plugin/serve";
import { commandPlugin } from "./plugin";

/** The `command` plugin as a local service: `main.ts [--port-command N]`. Prints `{"command":PORT}` once it listens. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { state: { type: "string" }, "port-command": { type: "string", default: "0" } },
  });
  const { port, close } = await serve(commandPlugin, Number(values["port-command"]));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Commands that still run end with this process.
    process.on(signal, () => close().then(() => process.exit(0)));
  }
  process.stdout.write(`${JSON.stringify({ command: port })}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
