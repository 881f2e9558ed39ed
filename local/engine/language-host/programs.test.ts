import * as language from "@pulumi/pulumi/proto/language_pb";
import { expect, test } from "vitest";
import { outcome, programArguments, programEnvironment } from "./programs";

function request(): language.RunRequest {
  const info = new language.ProgramInfo();
  info.setRootDirectory("/project");
  info.setEntryPoint("main.ts");
  const run = new language.RunRequest();
  run.setInfo(info);
  run.setMonitorAddress("127.0.0.1:1");
  run.setProject("fleet");
  run.setStack("dev");
  run.setPwd("/project/program");
  run.setParallel(128);
  run.getConfigMap().set("fleet:key", "hunter2");
  run.setConfigsecretkeysList(["fleet:key"]);
  return run;
}

test("the command line contains the values of the engine's request and no empty option", () => {
  const run = request();
  run.setArgsList(["own", "arguments"]);
  expect(programArguments(run, "127.0.0.1:2").join(" ")).toBe(
    "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project fleet --stack dev --pwd /project/program " +
      "--root-directory /project --parallel 128 main.ts own arguments",
  );
  run.setDryrun(true);
  expect(programArguments(run, "")).toContain("--dry-run");
});

test("the configuration is passed in the environment, and never on the command line", () => {
  expect(programEnvironment(request(), {})).toEqual({
    PULUMI_CONFIG: '{"fleet:key":"hunter2"}',
    PULUMI_CONFIG_SECRET_KEYS: '["fleet:key"]',
    PULUMI_NODEJS_TYPESCRIPT: "true",
  });
  expect(programArguments(request(), "").join(" ")).not.toContain("hunter2");
});

test("the options in Pulumi.yaml choose TypeScript and its configuration", () => {
  expect(programEnvironment(request(), { typescript: false, tsconfig: "other.json" })).toMatchObject({
    PULUMI_NODEJS_TSCONFIG_PATH: "other.json",
  });
  expect(programEnvironment(request(), { typescript: false })).not.toHaveProperty("PULUMI_NODEJS_TYPESCRIPT");
});

test("the engine learns whether a program succeeded, showed its error, failed or was killed", () => {
  const [succeeded, showedError, failed, killed] = [
    outcome({ code: 0, signal: null }),
    outcome({ code: 32, signal: null }),
    outcome({ code: 1, signal: null }),
    outcome({ code: null, signal: "SIGKILL" }),
  ].map((response) => ({ bail: response.getBail(), error: response.getError() }));
  expect(succeeded).toEqual({ bail: false, error: "" });
  expect(showedError).toEqual({ bail: true, error: "" });
  expect(failed).toEqual({ bail: false, error: "Program exited with non-zero exit code: 1" });
  expect(killed?.error).toContain("SIGKILL");
});
