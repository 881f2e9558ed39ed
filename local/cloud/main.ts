import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { serve } from "../plugin/serve";
import { aws } from "./aws/dialect";
import { azure } from "./azure/dialect";
import { serveControl } from "./control";
import { Cloud } from "./engine/cloud/cloud";
import { cloudPlugin } from "./engine/requests/session";
import { writeAtomically } from "./engine/resources/store";
import { publishNodes } from "./kubernetes/publish";

/**
 * The simulated cloud: serves the azure-native and aws plugins and a control API on loopback ports, prints
 * the ports as one line of JSON once all servers answer, and runs until SIGTERM. Its state survives kill -9.
 */
async function main(): Promise<void> {
  const options = new Command("cloud")
    .requiredOption("--state <directory>", "directory of the resources and faults; created if absent")
    .option(
      "--time-scale <seconds>",
      "wall-clock seconds per simulated second; 0: waiting takes no time",
      parseTimeScale,
      1,
    )
    .option("--seed <number>", "seed of the random durations, ids and addresses", parseWholeNumber, 0)
    .requiredOption(
      "--kubernetes-server <url>",
      "URL of the control plane that the clusters' credentials point to",
    )
    .requiredOption("--kubernetes-ca <file>", "PEM file with the control plane's certificate authority")
    .option(
      "--kubernetes-token <file>",
      "file with the control plane's token; without it the node pools have no nodes in the control plane",
    )
    .option(
      "--quota <code=number>",
      "quota of the simulated accounts that differs from the cloud's default; repeatable",
      addQuota,
      {},
    )
    .option("--port-azure-native <number>", "0: any free port", parseWholeNumber, 0)
    .option("--port-aws <number>", "0: any free port", parseWholeNumber, 0)
    .option("--port-control <number>", "0: any free port", parseWholeNumber, 0)
    .parse()
    .opts<{
      state: string;
      timeScale: number;
      seed: number;
      kubernetesServer: string;
      kubernetesCa: string;
      kubernetesToken?: string;
      quota: Readonly<Record<string, number>>;
      portAzureNative: number;
      portAws: number;
      portControl: number;
    }>();

  const cloud = new Cloud({
    state: options.state,
    timeScale: options.timeScale,
    seed: options.seed,
    kubernetesServer: options.kubernetesServer,
    kubernetesAuthority: options.kubernetesCa,
    quotas: options.quota,
  });
  const servers = await Promise.all([
    serve(cloudPlugin(cloud, azure), options.portAzureNative),
    serve(cloudPlugin(cloud, aws), options.portAws),
    serveControl(cloud, options.portControl),
  ]);
  const stopPublishing =
    options.kubernetesToken === undefined
      ? () => undefined
      : publishNodes(cloud, [azure, aws], {
          server: options.kubernetesServer,
          authority: options.kubernetesCa,
          tokenFile: options.kubernetesToken,
        });
  process.once("SIGTERM", () => {
    stopPublishing();
    Promise.all(servers.map((server) => server.close())).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  });
  const [azureNative, awsServer, control] = servers;
  cloud.controlUrl = `http://127.0.0.1:${control.port}`;
  // The control plane starts before the cloud, so the control plane looks here for the cloud's address.
  writeAtomically(join(options.state, "control-url"), `${cloud.controlUrl}\n`);
  process.stdout.write(
    `${JSON.stringify({ "azure-native": azureNative.port, aws: awsServer.port, control: control.port })}\n`,
  );
}

function parseWholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError("The value must be a whole number of 0 or more.");
  }
  return Number(text);
}

function addQuota(text: string, earlier: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const [, code, value] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (code === undefined) {
    throw new InvalidArgumentError("The value must be a quota's code and a whole number: L-0263D0A3=5.");
  }
  return { ...earlier, [code]: Number(value) };
}

function parseTimeScale(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("The value must be a number of 0 or more.");
  }
  return value;
}

function fail(error: unknown): never {
  console.error(`the simulated cloud failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
