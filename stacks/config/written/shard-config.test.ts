import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { shardConfig } from "./shard-config";

const root = vi.hoisted(() => ({ folder: "" }));
vi.mock("../../../components/root", async () => {
  root.folder = mkdtempSync(join(tmpdir(), "chainfleet-shard-"));
  return { PROJECT_ROOT: root.folder };
});

afterAll(() => {
  rmSync(root.folder, { recursive: true, force: true });
});

it("a region's stack has the monitoring of the network's stack without the encrypted receiver", () => {
  writeFileSync(
    join(root.folder, "Pulumi.prod.yaml"),
    `config:
  chainfleet:sharding: region
  chainfleet:monitoring:
    receiver: { secure: AAABAMW= }
    logs: { days: 3 }
  chainfleet:regions:
    - { cloud: azure, name: eastus, validators: 4 }
`,
  );
  expect(shardConfig({ parent: "prod", region: "eastus" }).monitoring).toEqual({
    metrics: { days: 15, storage: "20Gi" },
    logs: { days: 3, storage: "20Gi" },
    registry: "docker.io",
  });
});
