/** A service unit, in the part of systemd.service(5) that the stand-in has. */
export interface ServiceUnit {
  readonly type: "simple" | "oneshot";
  /** The commands, one after another: more than one only in a unit of type oneshot. */
  readonly commands: readonly (readonly string[])[];
  readonly workingDirectory?: string;
  readonly user?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly remainsAfterExit: boolean;
  /** Whether all processes of the unit are ended, or its main process only. */
  readonly killMode: "control-group" | "process";
  /** Seconds that a start may take. A unit of type oneshot has no limit by default. */
  readonly startTimeoutSeconds: number;
}

/**
 * Reads a unit file. systemd warns of what it does not know; the stand-in refuses, because a real machine would do
 * something that the stand-in does not.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 *
 * @throws an Error with every finding.
 */
export function parseUnitFile(text: string): ServiceUnit {
  const findings: string[] = [];
  const service = new Map<string, string[]>();
  let section = "";
  // A backslash at the end of a line continues the line.
  for (const [index, raw] of text.replaceAll("\\\n", " ").split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) {
      continue;
    }
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      if (!["Unit", "Service", "Install"].includes(section)) {
        findings.push(`section [${section}] is not known`);
      }
      continue;
    }
    const [, key = "", value = ""] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === "") {
      findings.push(`line ${index + 1} is no assignment: ${line}`);
    } else if (section === "Service") {
      service.set(key, [...(service.get(key) ?? []), value]);
    } else if (!IGNORED.includes(key)) {
      findings.push(`${key} is not known in [${section}]`);
    }
  }
  const unit = unitOf(service, findings);
  if (findings.length > 0) {
    throw new Error(findings.join("; "));
  }
  return unit;
}

/** Keys that say nothing about the run of a unit on a machine without dependencies. */
const IGNORED = [
  "StartLimitIntervalSec",
  "Description",
  "Documentation",
  "After",
  "Wants",
  "Requires",
  "Before",
  "WantedBy",
];

function unitOf(keys: ReadonlyMap<string, string[]>, findings: string[]): ServiceUnit {
  for (const key of keys.keys()) {
    if (!KNOWN.includes(key)) {
      findings.push(`${key} is not known in [Service]`);
    }
  }
  const last = (key: string) => keys.get(key)?.at(-1);
  const oneOf = <Value extends string>(key: string, values: readonly [Value, ...Value[]]): Value => {
    const value = last(key) ?? values[0];
    if (!values.includes(value as Value)) {
      findings.push(`${key}=${value}, which is none of ${values.join(", ")}`);
    }
    return value as Value;
  };
  const type = oneOf("Type", ["simple", "oneshot"]);
  oneOf("Restart", ["no"]);
  oneOf("StandardOutput", ["journal", "inherit", "journal+console"]);
  oneOf("StandardError", ["inherit", "journal", "journal+console"]);
  // An empty value forgets the commands before it.
  const starts = keys.get("ExecStart") ?? [];
  const commands = starts.slice(starts.lastIndexOf("") + 1);
  if (commands.length === 0) {
    findings.push("the service has no ExecStart");
  }
  if (type === "simple" && commands.length > 1) {
    findings.push("only a service of type oneshot has more than one ExecStart");
  }
  const words = commands.map((command) => wordsOf(command));
  for (const [program = ""] of words.filter(([program = ""]) => !program.startsWith("/"))) {
    findings.push(`ExecStart's ${program} is no absolute path`);
  }
  // Fedora's policy: init_t may not execute user_home_t, which is every file in a home folder (203/EXEC).
  for (const [program = ""] of words.filter(([program = ""]) => program.startsWith("/home/"))) {
    findings.push(`ExecStart's ${program} is in a home folder, where SELinux lets systemd execute nothing`);
  }
  const workingDirectory = last("WorkingDirectory");
  const user = last("User");
  return {
    type,
    commands: words,
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(user === undefined ? {} : { user }),
    environment: environmentOf(keys.get("Environment") ?? [], findings),
    remainsAfterExit: isTrue(oneOf("RemainAfterExit", ["no", "yes", "true", "false", "on", "off", "1", "0"])),
    killMode: oneOf("KillMode", ["control-group", "process"]),
    startTimeoutSeconds: timeoutOf(last("TimeoutStartSec"), type, findings),
  };
}

const KNOWN = [
  "Type",
  "ExecStart",
  "WorkingDirectory",
  "User",
  "Group",
  "Environment",
  "RemainAfterExit",
  "Restart",
  "KillMode",
  "TimeoutStartSec",
  "StandardOutput",
  "StandardError",
];

function isTrue(text: string): boolean {
  return ["yes", "true", "on", "1"].includes(text);
}

function environmentOf(values: readonly string[], findings: string[]): Record<string, string> {
  const entries = values.flatMap(wordsOf).map((word) => {
    const at = word.indexOf("=");
    if (at < 1) {
      findings.push(`Environment has ${word}, which is no assignment`);
    }
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** Seconds of a time span: https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html */
function timeoutOf(text: string | undefined, type: ServiceUnit["type"], findings: string[]): number {
  if (text === undefined) {
    return type === "oneshot" ? Number.POSITIVE_INFINITY : DEFAULT_TIMEOUT_SECONDS;
  }
  if (text === "infinity" || text === "0") {
    return Number.POSITIVE_INFINITY;
  }
  const parts = [...text.matchAll(/(\d+)\s*(s|sec|min|m|h|hr)?(?=\s|\d|$)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("").length !== text.replaceAll(" ", "").length) {
    findings.push(`TimeoutStartSec=${text} is not understood`);
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? "s"] ?? 1), 0);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3600, hr: 3600 };

/** systemd's DefaultTimeoutStartSec. */
const DEFAULT_TIMEOUT_SECONDS = 90;

/** The words of a command line: blanks separate, quotes keep together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}
