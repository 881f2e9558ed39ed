import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filePath } from "./file-path";
import { PROJECT_ROOT } from "./root";

it("the path of a config is absolute, relative to the project's folder, or begins with the home folder", () => {
  expect(filePath("/etc/kubeconfig")).toBe("/etc/kubeconfig");
  expect(filePath("keys/deployer.json")).toBe(join(PROJECT_ROOT, "keys/deployer.json"));
  expect(filePath("~/.kube/config")).toBe(join(homedir(), ".kube/config"));
  expect(filePath("~")).toBe(homedir());
  // Only a shell knows the home folders of other users.
  expect(filePath("~ada/config")).toBe(join(PROJECT_ROOT, "~ada/config"));
});
