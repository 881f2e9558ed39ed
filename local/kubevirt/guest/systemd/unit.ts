import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { kill, processesWithVariable } from "../../../services/processes";
import { executables } from "../../../toolchain/executables";
import { INACTIVE, type UnitState } from "./properties";
import type { ServiceUnit } from "./unit-file";

/** Where and how the processes of a unit run. */
export interface UnitSurroundings {
  /** The path of this computer for a path of the machine. */
  toHost(path: string): string;
  /** The variables of a process of a user. */
  environment(user: string): Record<string, string>;
  /** File for the output of the unit's processes. */
  readonly log: string;
  /** Unique name of the unit among all machines, by which its processes are found. */
  readonly marker: string;
}

/** One service of a machine, as systemd runs it. Starts and stops happen one after another. */
export class Unit {
  #state: UnitState = INACTIVE;
  #child: ChildProcess | undefined;
  /** Whether the processes are being ended on purpose. */
  #isStopping = false;
  #run: Promise<void> = Promise.resolve();

  /** @param onChange is called after each change of the state. */
  constructor(
    readonly definition: () => ServiceUnit,
    readonly surroundings: UnitSurroundings,
    readonly onChange: () => void,
  ) {}

  get state(): UnitState {
    return this.#state;
  }

  get #isRunning(): boolean {
    return this.#child !== undefined;
  }

  /**
   * Starts the unit unless it is active or being started. The state has changed when the call returns.
   *
   * @returns a promise for the end of the start: of a oneshot's commands, or of the fork of a simple service.
   */
  start(): Promise<void> {
    if (this.#state.activeState === "active" || this.#state.activeState === "activating") {
      return this.#isRunning && this.#state.activeState === "activating" ? this.#run : Promise.resolve();
    }
    const unit = this.definition();
    this.#change({
      ...INACTIVE,
      activeState: unit.type === "oneshot" ? "activating" : "active",
      subState: unit.type === "oneshot" ? "start" : "running",
      invocationId: randomBytes(16).toString("hex"),
      startedAt: monotonicMicroseconds(),
    });
    this.#run = this.#runCommands(unit).catch((error: Error) => {
      console.error(`${this.surroundings.marker}: ${error.message}`);
      this.#child = undefined;
      this.#change({ activeState: "failed", subState: "failed", result: "exit-code", mainPid: 0 });
    });
    return unit.type === "oneshot" ? this.#run : Promise.resolve();
  }

  /** Ends the unit's processes, and waits for their end. */
  async stop(): Promise<void> {
    if (!this.#isRunning) {
      if (this.#state.activeState === "active") {
        this.#change({ activeState: "inactive", subState: "dead" });
      }
      return;
    }
    this.#isStopping = true;
    this.#change({ activeState: "deactivating", subState: "stop-sigterm" });
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), STOP_MILLISECONDS);
    await this.#run;
    clearTimeout(timer);
    this.#isStopping = false;
  }

  /** Forgets a failure. */
  reset(): void {
    if (this.#state.activeState === "failed") {
      this.#change({ ...INACTIVE, invocationId: this.#state.invocationId });
    }
  }

  async #runCommands(unit: ServiceUnit): Promise<void> {
    let end: Partial<UnitState> = {};
    for (const command of unit.commands) {
      end = await this.#runCommand(unit, command);
      if (end.result !== "success" || this.#isStopping) {
        break;
      }
    }
    if (unit.killMode === "control-group") {
      // systemd ends what a unit leaves behind as soon as the unit is no longer active.
      await kill(processesWithVariable(UNIT_MARKER, this.surroundings.marker));
    }
    this.#child = undefined;
    const remains = unit.type === "oneshot" && unit.remainsAfterExit && !this.#isStopping;
    // A simple service may end by SIGTERM; to a oneshot command the signal is a failure.
    // https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#SuccessExitStatus=
    const isClean =
      end.result === "success" ||
      (unit.type === "simple" && end.execMainCode === 2 && end.execMainStatus === constants.signals.SIGTERM);
    this.#change({
      ...end,
      ...(isClean
        ? {
            result: "success",
            activeState: remains ? "active" : "inactive",
            subState: remains ? "exited" : "dead",
          }
        : { activeState: "failed", subState: "failed" }),
      mainPid: 0,
    });
  }

  async #runCommand(
    unit: ServiceUnit,
    [program = "", ...args]: readonly string[],
  ): Promise<Partial<UnitState>> {
    const { toHost, environment, log, marker } = this.surroundings;
    mkdirSync(dirname(log), { recursive: true });
    const output = openSync(log, "a", 0o600);
    const user = unit.user ?? "root";
    const [setpriv] = executables("setpriv");
    const words = [toHost(program), ...args.map(toHost)];
    const [command = "", ...rest] =
      setpriv === undefined ? words : [setpriv, "--pdeathsig", "KILL", "--", ...words];
    const child = spawn(command, rest, {
      cwd: toHost(unit.workingDirectory ?? "/"),
      // A group of its own, so that a signal reaches the whole unit.
      detached: true,
      stdio: ["ignore", output, output],
      env: {
        ...environment(user),
        ...unit.environment,
        INVOCATION_ID: this.#state.invocationId,
        [UNIT_MARKER]: marker,
      },
    });
    this.#child = child;
    const mainPid = child.pid ?? 0;
    this.#change({ mainPid, execMainPid: mainPid });
    let timedOut = false;
    const limit = unit.type === "oneshot" ? unit.startTimeoutSeconds : Number.POSITIVE_INFINITY;
    const timer = Number.isFinite(limit)
      ? setTimeout(() => {
          timedOut = true;
          this.#signal("SIGTERM");
        }, limit * 1000)
      : undefined;
    const [code, signal] = await Promise.race([
      once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
      once(child, "error").then(([error]): [number, null] => {
        writeSync(output, `${(error as Error).message}\n`);
        return [EXIT_EXEC, null];
      }),
    ]);
    clearTimeout(timer);
    closeSync(output);
    return {
      exitedAt: monotonicMicroseconds(),
      execMainCode: signal === null ? 1 : 2,
      execMainStatus: signal === null ? (code ?? 0) : constants.signals[signal],
      result: timedOut ? "timeout" : signal !== null ? "signal" : code === 0 ? "success" : "exit-code",
    };
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child ?? {};
    if (pid !== undefined) {
      try {
        process.kill(-pid, signal);
      } catch {
        // The processes have ended in the meantime.
      }
    }
  }

  #change(changes: Partial<UnitState>): void {
    this.#state = { ...this.#state, ...changes };
    this.onChange();
  }
}

/** A variable in the environment of a unit's processes, with the unit's marker. */
const UNIT_MARKER = "CHAINFLEET_GUEST_UNIT";

/** systemd waits for 90 s (TimeoutStopSec). No process of a benchmark ignores SIGTERM for a reason, so 3 s are enough. */
const STOP_MILLISECONDS = 3_000;

/** The exit code of a command that could not be run: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html */
const EXIT_EXEC = 203;

function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
