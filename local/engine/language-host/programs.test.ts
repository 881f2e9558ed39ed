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

test("arguments name what the engine said, and no empty value", () => {
  const run = request();
  run.setArgsList(["own", "arguments"]);
  expect(programArguments(run, "127.0.0.1:2").join(" ")).toBe(
    "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project fleet --stack dev --pwd /project/program " +
      "--root-directory /project --parallel 128 main.ts own arguments",
  );
  run.setDryrun(true);
  expect(programArguments(run, "")).toContain("--dry-run");
});

test("configuration is in the environment, and never in the arguments", () => {
  expect(programEnvironment(request(), {})).toEqual({
    PULUMI_CONFIG: '{"fleet:key":"hunter2"}',
    PULUMI_CONFIG_SECRET_KEYS: '["fleet:key"]',
    PULUMI_NODEJS_TYPESCRIPT: "true",
  });
  expect(programArguments(request(), "").join(" ")).not.toContain("hunter2");
});

test("options of Pulumi.yaml", () => {
  expect(programEnvironment(request(), { typescript: false, tsconfig: "other.json" })).toMatchObject({
    PULUMI_NODEJS_TSCONFIG_PATH: "other.json",
  });
  expect(programEnvironment(request(), { typescript: false })).not.toHaveProperty("PULUMI_NODEJS_TYPESCRIPT");
});

test("how a program ended: well, after showing its error, badly, by a signal", () => {
  const [well, shown, badly, killed] = [
    outcome({ code: 0, signal: null }),
    outcome({ code: 32, signal: null }),
    outcome({ code: 1, signal: null }),
    outcome({ code: null, signal: "SIGKILL" }),
  ].map((response) => ({ bail: response.getBail(), error: response.getError() }));
  expect(well).toEqual({ bail: false, error: "" });
  expect(shown).toEqual({ bail: true, error: "" });
  expect(badly).toEqual({ bail: false, error: "Program exited with non-zero exit code: 1" });
  expect(killed?.error).toContain("SIGKILL");
});
