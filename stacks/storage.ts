import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "../components/error";
import { Cluster } from "../components/storage/kubevirt/cluster";
import { surveyCluster } from "../components/storage/kubevirt/survey";
import { capacityFor } from "../components/storage/plan/capacity";
import { cellKey } from "../components/storage/plan/cell";
import { groupSeconds } from "../components/storage/plan/estimate";
import { scheduleLanes } from "../components/storage/plan/lanes";
import { keysOf, modeOf, type Selection } from "../components/storage/plan/matrix";
import { differences, fingerprint, onlyPools } from "../components/storage/results/environment";
import { type Environment, type RunRecord, runRecordSchema } from "../components/storage/results/records";
import { RunFolder } from "../components/storage/run/run-folder";
import { StorageMatrix } from "../components/storage/storage-matrix";
import { clusterAccess, fioSettings, requestIn, selectedGroups } from "./config/storage/storage-run";
import type { StorageConfig } from "./config/storage/storage-schema";

/**
 * Registers the tests of pools of storage.
 *
 * A run that `chainfleet storage run` has named measures every test of its selection. Without a named run, only those tests are
 * measured that the state does not have yet, or has from another definition or another environment.
 *
 * @returns the stack's outputs.
 * @throws ChainfleetError with everything that prevents the tests. Nothing has been created then.
 */
export async function storage(config: StorageConfig) {
  const request = requestIn(process.env);
  const selection = request?.selection ?? config.select;
  const groups = selectedGroups(config, selection);
  const fio = fioSettings(config, selection);
  const cluster = clusterAccess(config);
  const { namespace, image, pools, repeat, results, bootSeconds, testSeconds, pollSeconds } = config;
  const tested = [...new Set(groups.map(({ pool }) => pool))];
  const survey = await surveyCluster(new Cluster(cluster), pools, {
    namespace,
    tested: new Set(tested),
  });
  const environment: Environment = {
    ...onlyPools(survey.environment, tested),
    vmImage: image,
    vmSizes: Object.fromEntries(groups.map(({ size: { name, cpu, memory } }) => [name, { cpu, memory }])),
    fio,
  };
  const print = fingerprint(environment);
  const run = request?.run ?? unnamedRun(results);
  const folder = new RunFolder(results, run);
  const record = {
    run,
    mode: modeOf(selection),
    environment,
    fingerprint: print,
    selection: mutable(selection),
    cells: keysOf(groups),
  };
  if (request !== undefined) {
    refuseUnlike(folder, record);
  }

  const capacity = capacityFor(survey.workers, groups);
  const wanted = request?.parallel ?? config.parallel;
  const lanes = wanted === "auto" ? capacity.parallel : wanted;
  // Without a named run, a test that is done may be done in another definition.
  const done = request === undefined ? undefined : folder.doneKeys();
  const schedule = scheduleLanes(
    groups.map((group) => ({
      group,
      seconds: groupSeconds(group, fio, (cell) => done?.has(cellKey(cell)) === true),
    })),
    lanes,
  );
  new StorageMatrix("storage", {
    record,
    run,
    runIsGiven: request !== undefined,
    results,
    cluster,
    namespace,
    image,
    fio,
    bootSeconds,
    timeoutSeconds: testSeconds,
    pollSeconds,
    repeat,
    done,
    pools,
    schedule,
  });
  return {
    storage: { run, environment: print, results, tests: record.cells.length, lanes },
  };
}

/** The id of a run without a name: two checkouts that use one cluster must not take each other's machines for their own. */
function unnamedRun(results: string): string {
  const place = `${hostname()}:${new RunFolder(results, "").results}`;
  return `${pulumi.getStack()}-${createHash("sha256").update(place).digest("hex").slice(0, 6)}`;
}

/** @throws ChainfleetError RUN_DIFFERS with every difference between a run that has begun and the present config and cluster. */
function refuseUnlike(
  folder: RunFolder,
  { run, environment, cells }: Pick<RunRecord, "run" | "environment" | "cells">,
): void {
  if (!existsSync(folder.runFile)) {
    return;
  }
  const begun = runRecordSchema.parse(JSON.parse(readFileSync(folder.runFile, "utf8")));
  const found = [
    ...differences(begun.environment, environment).map(
      ({ path, first, second }) => `environment: ${path} was ${first} and is ${second}`,
    ),
    ...begun.cells.filter((key) => !cells.includes(key)).map((key) => `matrix: ${key} is missing now`),
    ...cells.filter((key) => !begun.cells.includes(key)).map((key) => `matrix: ${key} is new`),
  ];
  if (found.length > 0) {
    throw new ChainfleetError({
      code: "RUN_DIFFERS",
      summary: [
        `The run ${run} cannot be resumed, because its results would come from unlike tests:`,
        ...found.slice(0, SHOWN_DIFFERENCES).map((line) => `  ${line}`),
        ...(found.length > SHOWN_DIFFERENCES ? [`  and ${found.length - SHOWN_DIFFERENCES} more`] : []),
      ].join("\n"),
      next: "Nothing was changed. Restore the config or the cluster, or begin a new run: chainfleet storage run.",
    });
  }
}

function mutable({ pools, filters, excludes, ...modes }: Selection): NonNullable<RunRecord["selection"]> {
  return { ...modes, pools: [...pools], filters: [...filters], excludes: [...excludes] };
}

const SHOWN_DIFFERENCES = 20;
