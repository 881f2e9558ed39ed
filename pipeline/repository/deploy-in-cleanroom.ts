import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { type Program, runProgram } from "../run/child-process";
import type { Job } from "../run/job";
import type { Cleanroom } from "./cleanroom";

/**
 * Deploys a small dev network with the real engine on the local target, looks whether a second run would change anything, and
 * destroys the network. What an engine alone can tell is found here: providers, hooks, the state, the order of deletions.
 */
export function deployInCleanroom(cleanroom: Cleanroom): Job {
  return async (_, context) => {
    const { folder, environment } = await cleanroom.take(context);
    const file = join(folder, "Pulumi.dev.yaml");
    writeFileSync(file, smallNetwork(readFileSync(file, "utf8")));
    const run = (...command: Program["command"]) =>
      runProgram({ command, folder, variables: environment }, context);
    await run("bin/chainfleet", "up", "--stack", "dev");
    await run("pulumi", "preview", "--stack", "dev", "--expect-no-changes", "--non-interactive");
    await run("bin/chainfleet", "down", "--stack", "dev", "--yes");
    return undefined;
  };
}

/** The contracts of the small network, which are in files of their names. */
export const DEPLOYED_CONTRACTS = ["Multicall", "WETH9"] as const;

/**
 * The dev stack with one region and two contracts that no explorer verifies. It takes a third of the time of the whole, and has
 * resources of every provider but AWS's. Pure.
 *
 * @param text of Pulumi.dev.yaml.
 */
export function smallNetwork(text: string): string {
  const document = parseDocument(text);
  const at = (...path: readonly (string | number)[]) => ["config", ...path];
  document.setIn(
    at("chainfleet:regions"),
    document.createNode([{ cloud: "azure", name: "eastus", validators: 4, rpcNodes: 1 }]),
  );
  document.deleteIn(at("chainfleet:contracts", "chains", "mainnet"));
  const chain = ["chainfleet:contracts", "chains", "chain138"];
  document.deleteIn(at(...chain, "calls"));
  document.deleteIn(at(...chain, "explorers"));
  document.setIn(
    at(...chain, "contracts"),
    document.createNode(Object.fromEntries(DEPLOYED_CONTRACTS.map((contract) => [contract, {}]))),
  );
  return String(document);
}
