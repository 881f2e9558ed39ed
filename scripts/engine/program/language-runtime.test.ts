import { credentials } from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  GetRequiredPackagesRequest,
  type GetRequiredPackagesResponse,
  RunRequest,
  type RunResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { describe, expect, it, vi } from "vitest";
import packageJson from "../../../package.json";
import { serveProgram } from "./language-runtime";
import type { ProgramEnd, ProgramRun } from "./waiting-program";

/** Asks a service for what the engine asks for. */
async function served<Result>(
  program: { run(run: ProgramRun): Promise<ProgramEnd>; kill(): void },
  ask: (client: LanguageRuntimeClient) => Promise<Result>,
): Promise<Result> {
  const service = await serveProgram({ program, environment: { CHAINFLEET_MODE: "ultra" } });
  const client = new LanguageRuntimeClient(service.address, credentials.createInsecure());
  try {
    return await ask(client);
  } finally {
    client.close();
    service.close();
  }
}

const run = (client: LanguageRuntimeClient, request: RunRequest) =>
  new Promise<RunResponse>((resolve, reject) =>
    client.run(request, (error, response) => (error === null ? resolve(response) : reject(error))),
  );

function requestOf(): RunRequest {
  const request = new RunRequest()
    .setProject("chainfleet")
    .setStack("dev")
    .setOrganization("organization")
    .setPwd("/project")
    .setMonitorAddress("127.0.0.1:1")
    .setArgsList(["127.0.0.1:2"])
    .setParallel(128)
    .setConfigsecretkeysList(["chainfleet:key"]);
  request.getConfigMap().set("chainfleet:key", "not a real secret");
  return request;
}

const endedWith = (code: number | null, signal: NodeJS.Signals | null = null) => ({
  run: vi.fn(async (_run: ProgramRun): Promise<ProgramEnd> => ({ code, signal })),
  kill: vi.fn(),
});

describe("the service of a program", () => {
  it("runs the program with the command line of the SDK, and with the config in the environment alone", async () => {
    const program = endedWith(0);
    await served(program, (client) => run(client, requestOf()));
    const { args, environment } = program.run.mock.calls[0]?.[0] ?? {};
    expect(args?.join(" ")).toBe(
      "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization organization --project chainfleet --stack dev --pwd /project --parallel 128 .",
    );
    expect(environment).toEqual({
      CHAINFLEET_MODE: "ultra",
      PULUMI_CONFIG: '{"chainfleet:key":"not a real secret"}',
      PULUMI_CONFIG_SECRET_KEYS: '["chainfleet:key"]',
    });
  });

  it("says that a run is a preview", async () => {
    const program = endedWith(0);
    await served(program, (client) => run(client, requestOf().setDryrun(true)));
    expect(program.run.mock.calls[0]?.[0].args).toContain("--dry-run");
  });

  it.each([
    { end: endedWith(0), bail: false, error: "" },
    { end: endedWith(32), bail: true, error: "" },
    { end: endedWith(1), bail: false, error: "Program exited with non-zero exit code: 1" },
    {
      end: endedWith(null, "SIGKILL"),
      bail: false,
      error: "Program was ended by SIGKILL before it finished",
    },
  ])('tells the engine of the end of a program: bail $bail, error "$error"', async ({ end, bail, error }) => {
    const response = await served(end, (client) => run(client, requestOf()));
    expect([response.getBail(), response.getError()]).toEqual([bail, error]);
  });

  it("kills the program when the engine is gone", async () => {
    const program = { run: () => new Promise<ProgramEnd>(() => {}), kill: vi.fn() };
    await served(program, async (client) => {
      const call = client.run(requestOf(), () => {});
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(program.kill).not.toHaveBeenCalled();
      call.cancel();
      await vi.waitFor(() => expect(program.kill).toHaveBeenCalledOnce());
    });
  });

  it("names the plugin of each package that the project depends on, and its version", async () => {
    const response = await served(
      endedWith(0),
      (client) =>
        new Promise<GetRequiredPackagesResponse>((resolve, reject) =>
          client.getRequiredPackages(new GetRequiredPackagesRequest(), (error, packages) =>
            error === null ? resolve(packages) : reject(error),
          ),
        ),
    );
    const { dependencies } = packageJson;
    expect(response.getPackagesList().map((one) => [one.getName(), one.getKind(), one.getVersion()])).toEqual(
      (["aws", "azure-native", "command", "kubernetes"] as const).map((name) => [
        name,
        "resource",
        `v${dependencies[`@pulumi/${name}`]}`,
      ]),
    );
  });
});
