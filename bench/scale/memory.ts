import { readdirSync, readFileSync } from "node:fs";

/** The largest memory of a command and of all processes that it started, in MiB. */
export interface PeakMemory {
  /**
   * Of all processes at the same time: command, engine, language host, program, plugins. It is their anonymous resident
   * memory (RssAnon), because the pages of a program's file are shared by its processes.
   */
  readonly total: number;
  /** Of all plugin processes, counted in the same way. The engine starts the Kubernetes plugin once for each cluster. */
  readonly plugins: number;
  /** Resident memory of the engine (VmRSS). */
  readonly engine: number;
  /** Resident memory of the Pulumi program (VmRSS). */
  readonly program: number;
}

const INTERVAL_MILLISECONDS = 250;

/**
 * Samples the memory of a process tree. Services of the local target are no part of the tree: they run beforehand.
 *
 * @param pid of the command.
 * @returns a function that ends the sampling.
 */
export function watchMemory(pid: number): () => PeakMemory {
  let peak: PeakMemory = { total: 0, engine: 0, program: 0, plugins: 0 };
  const sample = () => {
    const tree = descendants(pid);
    const sum = (processes: readonly Sample[]) =>
      processes.reduce((total, { anonymous }) => total + anonymous, 0);
    const largest = (processes: readonly Sample[]) =>
      Math.max(0, ...processes.map(({ resident }) => resident));
    peak = {
      total: Math.max(peak.total, sum(tree)),
      engine: Math.max(peak.engine, largest(tree.filter(({ command }) => /^(\S*\/)?pulumi /.test(command)))),
      plugins: Math.max(peak.plugins, sum(tree.filter(({ command }) => command.includes(PLUGIN)))),
      program: Math.max(peak.program, largest(tree.filter(({ command }) => command.includes(PROGRAM)))),
    };
  };
  const timer = setInterval(sample, INTERVAL_MILLISECONDS);
  return () => {
    clearInterval(timer);
    const { total, engine, program, plugins } = peak;
    return {
      total: Math.round(total),
      engine: Math.round(engine),
      program: Math.round(program),
      plugins: Math.round(plugins),
    };
  };
}

/** The file that the process of a program runs (`scripts/engine/program`). */
const PROGRAM = "scripts/engine/program/ahead.js";
/** The beginning of the names of plugins' programs. */
const PLUGIN = "pulumi-resource-";

interface Sample {
  readonly pid: number;
  readonly parent: number;
  /** The command line, its arguments separated by spaces. */
  readonly command: string;
  /** MiB */
  readonly resident: number;
  /** MiB */
  readonly anonymous: number;
}

function descendants(root: number): Sample[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [sampleOf(Number(name))];
      } catch {
        // The process has ended since the listing.
        return [];
      }
    });
  const inTree = new Set([root]);
  // A process may be listed before its parent.
  for (let size = 0; size < inTree.size; ) {
    size = inTree.size;
    for (const { pid, parent } of all) {
      if (inTree.has(parent)) {
        inTree.add(pid);
      }
    }
  }
  return all.filter(({ pid }) => inTree.has(pid));
}

function sampleOf(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return {
    pid,
    parent: field("PPid"),
    command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
    resident: field("VmRSS") / 1024,
    anonymous: field("RssAnon") / 1024,
  };
}
