import { join } from "node:path";
import { libraryFolders, unpackedPrograms } from "../../../local/toolchain/debian-packages";
import { executables } from "../../../local/toolchain/executables";

/** A program that can be started: its path, and what its environment needs. */
export interface Program {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Prometheus, or one of the tools that check what is written for it and for Alertmanager: the one on the PATH, or that of Debian's
 * package, unpacked without root into the folder that all checkouts of a user share.
 */
export async function prometheusProgram(name: "prometheus" | "promtool" | "amtool"): Promise<Program> {
  const [installed] = executables(name);
  if (installed !== undefined) {
    return { path: installed, environment: {} };
  }
  const root = await unpackedPrograms(name === "amtool" ? ALERTMANAGER : PROMETHEUS, (line) =>
    process.stderr.write(`${line}\n`),
  );
  return {
    path: join(root, "usr/bin", name),
    environment: { LD_LIBRARY_PATH: libraryFolders(root).join(":") },
  };
}

const PROMETHEUS = {
  name: "prometheus",
  packages: ["prometheus"],
  program: "usr/bin/prometheus",
  neededBy: "the tests of alert rules and of scraping",
};

const ALERTMANAGER = {
  name: "prometheus-alertmanager",
  packages: ["prometheus-alertmanager"],
  program: "usr/bin/amtool",
  neededBy: "the tests of alert rules and of scraping",
};
