import { expect, test } from "vitest";
import { parseUnitFile } from "./unit-file";

const UNIT = `[Unit]
Description=Storage benchmark
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
User=perf-test
WorkingDirectory=/home/perf-test
Environment="A=one two" B=3
ExecStart=/bin/bash /home/perf-test/run-benchmark.sh --profile "random read" \\
  --verbose

[Install]
WantedBy=multi-user.target
`;

test("the service of the storage benchmark is understood", () => {
  expect(parseUnitFile(UNIT)).toEqual({
    type: "oneshot",
    commands: [["/bin/bash", "/home/perf-test/run-benchmark.sh", "--profile", "random read", "--verbose"]],
    workingDirectory: "/home/perf-test",
    user: "perf-test",
    environment: { A: "one two", B: "3" },
    remainsAfterExit: true,
    killMode: "control-group",
    startTimeoutSeconds: Number.POSITIVE_INFINITY,
  });
});

test.each([
  ["90", 90],
  ["2min 30s", 150],
  ["1h", 3600],
  ["infinity", Number.POSITIVE_INFINITY],
])("TimeoutStartSec=%s is %s seconds", (text, seconds) => {
  const unit = `[Service]\nExecStart=/bin/true\nTimeoutStartSec=${text}\n`;
  expect(parseUnitFile(unit).startTimeoutSeconds).toBe(seconds);
});

test.each([
  ["[Service]\nExecStart=/bin/true\nRestart=always\n", /Restart=always/],
  ["[Service]\nExecStart=/bin/true\nProtectSystem=full\n", /ProtectSystem is not known/],
  ["[Service]\nType=forking\nExecStart=/bin/true\n", /Type=forking/],
  ["[Service]\nExecStart=true\n", /no absolute path/],
  ["[Service]\nType=oneshot\n", /no ExecStart/],
  ["[Service]\nExecStart=/bin/true\nExecStart=/bin/false\n", /more than one/],
  ["[Service]\nExecStart=/bin/true\nTimeoutStartSec=soon\n", /soon is not understood/],
  ["[Timer]\nOnBootSec=1\n", /\[Timer\] is not known/],
])("%j is refused", (text, message) => {
  expect(() => parseUnitFile(text)).toThrow(message);
});

test("a program in a home folder is refused, as SELinux refuses it", () => {
  expect(() => parseUnitFile("[Service]\nExecStart=/home/perf-test/run-benchmark.sh\n")).toThrow(/SELinux/);
});
