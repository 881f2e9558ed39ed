import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { ChainfleetError } from "../../components/error";
import { type EngineCommand, EngineFailure } from "../engine/command";
import { engineChanging } from "../engine/lock";
import { type PackFinding, type PolicyPacks, packArguments, packFinding } from "../engine/policy-packs";
import type { StateResource } from "../engine/state";
import { type Difference, differences } from "./differences";

const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().optional(),
  provider: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
});

/** What is read of the output of `pulumi preview --json` (pkg/backend/display/json.go, type PreviewDigest). */
const digestSchema = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        oldState: resourceSchema.nullish(),
        newState: resourceSchema.nullish(),
        diffReasons: z.array(z.string()).nullish(),
        replaceReasons: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z
    .array(z.looseObject({ urn: z.string().nullish(), message: z.string(), severity: z.string() }))
    .nullish(),
});

/** A step of the engine's preview. The engine shows no step for a resource that does not change. */
export interface PreviewStep {
  readonly urn: string;
  readonly type: string;
  /** The engine's name of the operation. @example "create-replacement" */
  readonly op: string;
  readonly custom: boolean;
  /** The properties that differ. */
  readonly changed: readonly string[];
  /** The properties whose difference makes a replacement necessary. */
  readonly replacing: readonly string[];
  /** The values that differ; empty if the resource is created or deleted. */
  readonly differences: readonly Difference[];
  /** The resource as it will be; absent if it is deleted. */
  readonly after?: StateResource;
}

/** What the engine's preview found. */
export interface EnginePreview {
  readonly steps: readonly PreviewStep[];
  /** What the program and the engine reported about the whole run and about resources, without errors. */
  readonly messages: readonly string[];
}

/**
 * Runs the engine's preview.
 *
 * @throws ChainfleetError `PREVIEW_FAILED` with all errors that the engine reported.
 */
export async function enginePreview(
  stack: Stack,
  command: EngineCommand,
  { parallel, packs }: { readonly parallel: number; readonly packs: PolicyPacks },
): Promise<EnginePreview> {
  const log = packs.policyPack.length === 0 ? undefined : new EventLog();
  try {
    const options = [...packArguments(packs), ...(log === undefined ? [] : ["--event-log", log.file])];
    const output = await preview(stack, command, ["--json", "--parallel", String(parallel), ...options]);
    const parsed = parsePreview(output);
    const findings = (log?.packFindings() ?? []).map(({ text }) => `warning: ${text}`);
    return { ...parsed, messages: [...parsed.messages, ...findings] };
  } catch (error) {
    throw error instanceof EngineFailure
      ? previewFailed(stack.name, error, log?.packFindings() ?? [])
      : error;
  } finally {
    log?.delete();
  }
}

/** The engine's events in a file. The JSON of a preview leaves out what policy packs find (pkg/backend/display/json.go). */
class EventLog {
  readonly #folder = mkdtempSync(join(tmpdir(), "chainfleet-preview-"));
  readonly file = join(this.#folder, "events.jsonl");

  packFindings(): PackFinding[] {
    const text = existsSync(this.file) ? readFileSync(this.file, "utf8") : "";
    const events = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as EngineEvent]));
    return events.flatMap((event) => packFinding(event) ?? []);
  }

  delete(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The engine's own text about every property that changes. */
export async function engineDiff(stack: Stack, command: EngineCommand, parallel: number): Promise<string> {
  return preview(stack, command, ["--diff", "--parallel", String(parallel), "--color", "never"]);
}

/** Parses the output of `pulumi preview --json`. Pure. */
export function parsePreview(json: string): EnginePreview {
  const { steps, diagnostics } = digestSchema.parse(JSON.parse(json));
  return {
    steps: (steps ?? []).map(({ op, urn, oldState, newState, diffReasons, replaceReasons }) => {
      const state = newState ?? oldState;
      return {
        urn,
        op,
        type: state?.type ?? "",
        custom: state?.custom === true,
        changed: diffReasons ?? [],
        replacing: replaceReasons ?? [],
        differences: oldState && newState ? differences(oldState.inputs ?? {}, newState.inputs ?? {}) : [],
        ...(newState ? { after: resourceOf(newState) } : {}),
      };
    }),
    messages: (diagnostics ?? [])
      .filter(({ severity }) => severity !== "error")
      // The engine has its own prefix on some messages (pkg/backend/display/json.go, DiagEventPayload.Prefix), and none on others.
      .map(({ severity, message }) =>
        severity === "warning" ? `warning: ${message.trim().replace(/^warning: /, "")}` : message.trim(),
      ),
  };
}

function resourceOf({
  dependencies,
  propertyDependencies,
  provider,
  custom,
  inputs: _,
  ...resource
}: z.infer<typeof resourceSchema>): StateResource {
  return {
    urn: resource.urn,
    type: resource.type,
    custom: custom === true,
    ...(provider === undefined ? {} : { provider }),
    dependencies: dependencies ?? [],
    propertyDependencies: propertyDependencies ?? {},
  };
}

function previewFailed(
  stackName: string,
  failure: EngineFailure,
  findings: readonly PackFinding[],
): ChainfleetError {
  if (failure.code !== "ENGINE_FAILED") {
    return failure;
  }
  const mandatory = findings.filter(({ isMandatory }) => isMandatory).map(({ text }) => `error: ${text}`);
  const errors = [...errorsIn(failure.result.stdout), ...mandatory];
  return new ChainfleetError({
    code: "PREVIEW_FAILED",
    summary: [
      `The preview of the stack "${stackName}" failed. Nothing was changed.`,
      ...(errors.length === 0 ? [failure.summary] : errors),
    ].join("\n"),
    ...nextDuringRun(stackName),
    cause: failure,
  });
}

/** A preview takes no lock, so that another run may change the stack while the engine compares it. */
function nextDuringRun(stackName: string): { readonly next?: string } {
  const pid = engineChanging(stackName);
  return pid === undefined
    ? {}
    : {
        next: `Another run (process ${pid}) is changing the stack. Repeat the preview once that run has ended.`,
      };
}

function errorsIn(json: string): string[] {
  try {
    const { diagnostics } = digestSchema.parse(JSON.parse(json));
    return (diagnostics ?? [])
      .filter(({ severity, message }) => severity === "error" && message.trim() !== "preview failed")
      .map(({ message }) => message.trim());
  } catch {
    return [];
  }
}

async function preview(
  { name, workspace }: Stack,
  command: EngineCommand,
  options: readonly string[],
): Promise<string> {
  const { stdout } = await command.run(
    ["preview", ...options, "--stack", name],
    workspace.workDir,
    // The CLI has the option for a log of its events only with this variable; the Automation API sets it, too.
    { ...workspace.envVars, PULUMI_DEBUG_COMMANDS: "true" },
  );
  return stdout;
}
