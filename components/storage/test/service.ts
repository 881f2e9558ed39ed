import type { Guest } from "../kubevirt/guest";
import { GUEST_FILES, SERVICE } from "../vm/cloud-init";

/** What a machine's service does. */
export interface ServiceStatus {
  /** The token of the test that the service has started last; empty before the first start. */
  readonly started: string;
  readonly state: "running" | "succeeded" | "failed" | "idle";
  /** systemd's words. @example "failed (exit-code, status 1)" */
  readonly words: string;
}

/** @throws Error if the machine cannot be reached. */
export async function serviceStatus(guest: Guest): Promise<ServiceStatus> {
  const { stdout } = await guest.run(
    `cat ${GUEST_FILES.started} 2>/dev/null; echo; systemctl show -p ActiveState -p SubState -p Result -p ExecMainStatus ${SERVICE}`,
  );
  return parseStatus(stdout);
}

/** Reads the token in the first line and the properties in the lines after. */
export function parseStatus(output: string): ServiceStatus {
  const [started = "", ...lines] = output.split("\n");
  const property = (name: string) =>
    lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const active = property("ActiveState");
  const words = `${active} (${property("Result")}, status ${property("ExecMainStatus")})`;
  switch (active) {
    case "active":
      return { started, state: "succeeded", words };
    case "failed":
      return { started, state: "failed", words };
    case "activating":
    case "deactivating":
      return { started, state: "running", words };
    default:
      return { started, state: "idle", words };
  }
}

/**
 * Gives a machine the job file of its next test. The token is written last: a half-written job has no token. The machine forgets
 * which test it started last, so that the result of that test cannot be taken for the next one's; it must not look as if it had
 * never started a test, because a run that is killed here takes the machine over.
 */
export async function replaceJob(guest: Guest, job: string, token: string): Promise<void> {
  const { exitCode, stderr } = await guest.run(
    `mkdir -p results && printf %s replaced > ${GUEST_FILES.started} && cat > ${GUEST_FILES.job} && printf %s '${token}' > ${GUEST_FILES.wanted}`,
    { input: job },
  );
  if (exitCode !== 0) {
    throw new Error(`${guest.address.machine}: the job file could not be replaced: ${stderr.trim()}`);
  }
}

/** Starts the service anew, and ends what still runs. */
export async function restartService(guest: Guest): Promise<void> {
  await control(guest, `restart --no-block ${SERVICE}`);
}

export async function stopService(guest: Guest): Promise<void> {
  await control(guest, `stop ${SERVICE}`);
}

async function control(guest: Guest, command: string): Promise<void> {
  const { exitCode, stderr } = await guest.run(`sudo systemctl ${command}`);
  if (exitCode !== 0) {
    throw new Error(`${guest.address.machine}: systemctl ${command}: ${stderr.trim()}`);
  }
}
