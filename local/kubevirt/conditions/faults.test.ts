import { expect, test } from "vitest";
import { Faults } from "./faults";

test("a fault is injected into machines of its storage classes, as often as the script says", () => {
  const faults = new Faults();
  faults.set({
    seed: 1,
    faults: [
      { storageClass: "perf-test-sc-*", boot: "never", times: 1 },
      { storageClass: "ibmc-*", fio: "fails" },
      { storageClass: "slow", boot: "unschedulable" },
    ],
  });
  expect(faults.neverBoots("ibmc-vpc-file-500-iops")).toBe(false);
  expect(faults.neverBoots("perf-test-sc-rep3")).toBe(true);
  expect(faults.neverBoots("perf-test-sc-rep2")).toBe(false);
  expect(faults.ofFio("ibmc-vpc-file-500-iops")).toBe("fails");
  expect(faults.ofFio("perf-test-sc-rep3")).toBeUndefined();
  expect(faults.isUnschedulable("slow")).toBe(true);
  expect(faults.report().met).toEqual([1, 1, 1]);
});

test.each([
  [{ faults: [{ boot: "never", fio: "fails" }] }, /either boot or fio/],
  [{ faults: [{ storageClass: "x" }] }, /either boot or fio/],
  [{ faults: [{ boot: "slowly" }] }, /boot/],
  [{ faults: [{ fio: "fails", probability: 2 }] }, /probability/],
])("%j is no script", (script, message) => {
  expect(() => new Faults().set(script)).toThrow(message);
});
