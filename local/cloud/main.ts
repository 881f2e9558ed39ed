import { Command, InvalidArgumentError } from "commander";
import { serve } from "../plugin/serve";
import { aws } from "./aws/dialect";
import { azure } from "./azure/dialect";
import { serveControl } from "./control";
import { Cloud } from "./engine/cloud";
import { cloudPlugin } from "./engine/session";

/**
 * The simulated cloud: serves the azure-native and aws plugins and a control API on loopback ports, prints
 * these as one line of JSON when all answer, and runs until SIGTERM. Its state survives kill -9.
 */
async function main(): Promise<void> {
  const options = new Command("cloud")
    .requiredOption("--state <directory>", "where resources and faults are kept; made if absent")
    .option("--time-scale <seconds>", "wall-clock seconds per simulated second; 0: at once", scale, 1)
    .option("--seed <number>", "what durations, ids and addresses are drawn from", whole, 0)
    .requiredOption("--kubernetes-server <url>", "the control plane that clusters' credentials lead to")
    .requiredOption("--kubernetes-ca <file>", "its certificate authority, PEM")
    .option("--port-azure-native <number>", "0: a free one", whole, 0)
    .option("--port-aws <number>", "0: a free one", whole, 0)
    .option("--port-control <number>", "0: a free one", whole, 0)
    .parse()
    .opts<{
      state: string;
      timeScale: number;
      seed: number;
      kubernetesServer: string;
      kubernetesCa: string;
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
  });
  const servers = await Promise.all([
    serve(cloudPlugin(cloud, azure), options.portAzureNative),
    serve(cloudPlugin(cloud, aws), options.portAws),
    serveControl(cloud, options.portControl),
  ]);
  process.once("SIGTERM", () => {
    Promise.all(servers.map((server) => server.close())).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  });
  const [azureNative, awsServer, control] = servers;
  process.stdout.write(
    `${JSON.stringify({ "azure-native": azureNative.port, aws: awsServer.port, control: control.port })}\n`,
  );
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError("It has to be a whole number, 0 or more.");
  }
  return Number(text);
}

function scale(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("It has to be a number, 0 or more.");
  }
  return value;
}

function fail(error: unknown): never {
  console.error(`the simulated cloud failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
