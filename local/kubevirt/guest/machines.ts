import type { Addresses } from "../../ssh/addresses";
import type { Faults } from "../conditions/faults";
import type { Statistics } from "../conditions/statistics";
import type { CommandAnswer, GuestCommand } from "./commands";
import type { FioProgram } from "./fio/program";
import { disturbedRun, runFio } from "./fio/run";
import { type ClaimDisk, Machine, type MachineSettings } from "./machine";

/** What is needed to start a machine. */
export interface MachineOrder {
  /** The uid of the instance. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly userData: string;
  readonly disks: readonly ClaimDisk[];
}

/** What all machines of the service depend on. */
export interface MachinesSettings extends MachineSettings {
  readonly addresses: Addresses;
  readonly fio: FioProgram;
  readonly faults: Faults;
  readonly statistics: Statistics;
}

/** The machines that run, by the uid of their instance. */
export class Machines {
  readonly #machines = new Map<string, Machine>();
  readonly #listeners = new Set<() => void>();
  /** The machines whose start waits for an address. */
  readonly #starting = new Map<string, Promise<void>>();

  constructor(readonly settings: MachinesSettings) {}

  get(id: string): Machine | undefined {
    return this.#machines.get(id);
  }

  /** Whether a machine runs or is about to. */
  has(id: string): boolean {
    return this.#machines.has(id) || this.#starting.has(id);
  }

  /** Calls the listener whenever a machine has something new to report. */
  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Starts a machine. Its boot goes on after the promise is fulfilled. */
  start(order: MachineOrder): Promise<void> {
    const start = this.#start(order).finally(() => this.#starting.delete(order.id));
    this.#starting.set(order.id, start);
    return start;
  }

  /** Ends a machine with all of its processes, and removes its disk. Nothing happens if there is no such machine. */
  async end(id: string): Promise<void> {
    await this.#starting.get(id);
    const machine = this.#machines.get(id);
    if (machine !== undefined) {
      await machine.shutDown();
      await machine.removeDisk();
      this.#machines.delete(id);
      this.settings.statistics.ended(id);
    }
  }

  /** Does what a process of a machine asks for. */
  async answer(command: GuestCommand): Promise<CommandAnswer> {
    const machine = this.#machines.get(command.machine);
    if (machine?.services === undefined) {
      return { stderr: `${command.command}: the machine does not run\n`, exit: 1 };
    }
    if (command.command === "systemctl") {
      return machine.services.execute(command.args);
    }
    return this.#runFio(machine, command);
  }

  #runFio(machine: Machine, command: GuestCommand): CommandAnswer {
    const { fio, faults, statistics } = this.settings;
    const storageClass = machine.dataDisk?.storageClass ?? "";
    statistics.fioRan(storageClass);
    const fault = faults.ofFio(storageClass);
    return fault === undefined
      ? runFio(command, { fio, limits: machine.dataDisk?.limits, folder: machine.jobFolder })
      : disturbedRun(fault);
  }

  async #start({ id, namespace, name, userData, disks }: MachineOrder): Promise<void> {
    const { addresses, faults, statistics } = this.settings;
    const storageClass = disks[0]?.storageClass ?? "";
    const address = await addresses.take();
    const description = { id, userData, disks, address, port: addresses.port };
    const machine = new Machine(description, this.settings, () => {
      if (machine.isReachable) {
        statistics.booted(id);
      }
      this.notify();
    });
    this.#machines.set(id, machine);
    statistics.started(id, { namespace, name, storageClass });
    if (!faults.neverBoots(storageClass)) {
      void machine.boot();
    }
    this.notify();
  }

  /** Makes the controllers look again. */
  notify(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
