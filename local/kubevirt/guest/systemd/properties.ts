/** The state of a unit, in systemd's words. */
export interface UnitState {
  readonly activeState: "active" | "activating" | "deactivating" | "failed" | "inactive";
  readonly subState: string;
  readonly result: "success" | "exit-code" | "signal" | "timeout";
  readonly mainPid: number;
  /** Process id of the last main process. */
  readonly execMainPid: number;
  /** 1: the last main process exited; 2: a signal killed it; 0: none has ended (`si_code` of waitid(2)). */
  readonly execMainCode: 0 | 1 | 2;
  /** The exit code, or the number of the signal. */
  readonly execMainStatus: number;
  /** Microseconds since this computer's start; 0: never. */
  readonly startedAt: number;
  readonly exitedAt: number;
  /** Changes with each start. */
  readonly invocationId: string;
}

/** A unit that was never started. */
export const INACTIVE: UnitState = {
  activeState: "inactive",
  subState: "dead",
  result: "success",
  mainPid: 0,
  execMainPid: 0,
  execMainCode: 0,
  execMainStatus: 0,
  startedAt: 0,
  exitedAt: 0,
  invocationId: "",
};

/** What is true of a unit beside its state. */
export interface UnitDescription {
  readonly name: string;
  readonly type: string;
  readonly loadState: "loaded" | "not-found" | "bad-setting";
  readonly isEnabled: boolean;
}

/**
 * The properties as `systemctl show` prints them, a line each. systemctl prints them in the order of the manager's answer,
 * whatever the order of the request: those of the service first, then those of the unit.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html
 */
export function shownProperties(
  { name, type, loadState, isEnabled }: UnitDescription,
  state: UnitState,
): string {
  const properties = {
    Type: type,
    Restart: "no",
    MainPID: state.mainPid,
    Result: state.result,
    NRestarts: 0,
    ExecMainStartTimestampMonotonic: state.startedAt,
    ExecMainExitTimestampMonotonic: state.exitedAt,
    ExecMainPID: state.execMainPid,
    ExecMainCode: state.execMainCode,
    ExecMainStatus: state.execMainStatus,
    Id: name,
    LoadState: loadState,
    ActiveState: state.activeState,
    SubState: state.subState,
    UnitFileState: isEnabled ? "enabled" : "disabled",
    InvocationID: state.invocationId,
  };
  return `${Object.entries(properties)
    .map(([property, value]) => `${property}=${value}`)
    .join("\n")}\n`;
}
