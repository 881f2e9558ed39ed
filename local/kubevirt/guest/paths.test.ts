import { expect, test } from "vitest";
import { GuestPaths } from "./paths";

const paths = new GuestPaths("/vm", ["perf-test"]);

test("homes, units and stand-ins are the machine's own; the rest is this computer's", () => {
  expect(paths.toHost("/home/perf-test/job.fio")).toBe("/vm/home/perf-test/job.fio");
  expect(paths.toHost("/home/perf-tester/job.fio")).toBe("/home/perf-tester/job.fio");
  expect(paths.toHost("/etc/systemd/system/a.service")).toBe("/vm/etc/systemd/system/a.service");
  expect(paths.toHost("/usr/bin/fio")).toBe("/vm/usr/bin/fio");
  expect(paths.toHost("/bin/true")).toBe("/bin/true");
});

test("a script's paths are replaced where they are whole", () => {
  const script =
    "#!/bin/bash\ncd /home/perf-test\n/usr/bin/fio /home/perf-test/job.fio /home/perf-test2 x/home/perf-test\n";
  expect(paths.inScript(script)).toBe(
    "#!/bin/bash\ncd /vm/home/perf-test\n/vm/usr/bin/fio /vm/home/perf-test/job.fio /home/perf-test2 x/home/perf-test\n",
  );
});
