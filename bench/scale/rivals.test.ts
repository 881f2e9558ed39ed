import { expect, test } from "vitest";
import { fanOutScript } from "./fan-out";
import { exponentOf } from "./growth";
import { regionsInOneLocation, regionsOf } from "./network";
import type { RecordedStep } from "./recorded";
import { terraformConfig } from "./terraform";

const step = (
  name: string,
  type: string,
  region: string | undefined,
  dependencies: string[] = [],
): RecordedStep => ({
  name,
  type,
  region,
  seconds: 1.5,
  dependencies,
});
const steps = [
  step("eastus-group", "azure-native:resources:ResourceGroup", "eastus"),
  step("eastus-network", "azure-native:network:VirtualNetwork", "eastus", ["eastus-group"]),
  step("eastus-aks", "azure-native:containerservice:ManagedCluster", "eastus", ["eastus-network"]),
  step("eastus-validator-0-data", "kubernetes:core/v1:PersistentVolumeClaim", "eastus", ["eastus-aks"]),
  step("eastus-validator-0", "kubernetes:apps/v1:StatefulSet", "eastus", ["eastus-validator-0-data"]),
  step("eastus-validator-1", "kubernetes:apps/v1:StatefulSet", "eastus", ["eastus-aks"]),
];

test("the script waits after each phase, and has a process for each region, in the last phase for each validator", () => {
  const lines = fanOutScript(steps).split("\n").slice(4);
  expect(lines).toEqual([
    "# networks, keys and genesis",
    '(sleep 1.500; sleep 1.500) & pids="$pids $!"',
    "wait_all",
    "# clusters",
    '(sleep 1.500) & pids="$pids $!"',
    "wait_all",
    "# Besu nodes",
    '(sleep 1.500; sleep 1.500) & pids="$pids $!"',
    '(sleep 1.500) & pids="$pids $!"',
    "wait_all",
    "",
  ]);
});

test("Terraform gets every resource with its duration and its dependencies", () => {
  const { resource } = terraformConfig(steps) as {
    resource: { terraform_data: Record<string, { depends_on: string[] }> };
  };
  expect(Object.keys(resource.terraform_data)).toHaveLength(steps.length);
  expect(resource.terraform_data["r_eastus_aks"]).toMatchObject({
    depends_on: ["terraform_data.r_eastus_network"],
    provisioner: [{ "local-exec": { command: "sleep 1.500" } }],
  });
});

test("a network of 96 regions has regions with names and address spaces of their own", () => {
  const regions = regionsOf(96);
  expect(new Set(regions.map(({ name }) => name)).size).toBe(96);
  expect(Math.max(...regions.map(({ name }) => name.length))).toBeLessThanOrEqual(20);
  const spaces = regions.flatMap(({ cidr }) => cidr ?? []);
  expect(new Set(spaces).size).toBe(96 - 24);
});

test("regions in one location have names and address spaces of their own", () => {
  const regions = regionsInOneLocation(30);
  expect(new Set(regions.map(({ location }) => location)).size).toBe(1);
  expect(new Set(regions.map(({ name }) => name)).size).toBe(30);
  expect(new Set(regions.map(({ cidr }) => cidr)).size).toBe(30);
});

test("the exponent of a quantity that grows with the square of the regions is 2", () => {
  const points = [5, 24, 48, 96].map((regions) => ({ regions, value: 3 * regions ** 2 }));
  expect(exponentOf(points)).toBeCloseTo(2);
});
