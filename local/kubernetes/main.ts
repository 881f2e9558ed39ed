import { parseArgs } from "node:util";
import { serve } from "../plugin/serve";
import { kubernetes } from "./plugin";

/**
 * The Kubernetes plugin's stand-in as a process of its own:
 *
 *     main.ts [--port-kubernetes N] [--state DIR]
 *
 * Prints `{"kubernetes":PORT}` when it serves. It keeps nothing: what there is, is in the cluster.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { "port-kubernetes": { type: "string" }, state: { type: "string" } },
  });
  const { port, close } = await serve(kubernetes, Number(values["port-kubernetes"] ?? 0));
  process.on("SIGTERM", () => void close().then(() => process.exit(0)));
  console.log(JSON.stringify({ kubernetes: port }));
}

main().catch((error: unknown) => {
  console.error(`the kubernetes plugin did not start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
