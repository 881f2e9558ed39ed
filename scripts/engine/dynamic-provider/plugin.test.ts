import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../../components/root";

const project = parse(readFileSync(join(PROJECT_ROOT, "Pulumi.yaml"), "utf8"));
const [{ name, path }] = project.plugins.providers;
/** The engine looks for an executable file of this name in the folder that Pulumi.yaml names. */
const plugin = join(PROJECT_ROOT, path, `pulumi-resource-${name}`);

describe("the plugin of dynamic providers", () => {
  it("is where the engine looks for it", () => {
    expect(name).toBe("pulumi-nodejs");
    expect(() => accessSync(plugin, constants.X_OK)).not.toThrow();
  });

  it("loads linked packages from where they are, so that none is loaded twice", () => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-linked-"));
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
    const lifeline = join(PROJECT_ROOT, path, "lifeline.js");
    writeFileSync(
      join(folder, "main.js"),
      `require(${JSON.stringify(lifeline)}).endWithEngine(); console.log(require.resolve("viem"));`,
    );
    // The engine's pipe is one of the kernel's, and those of Node.js are sockets.
    const { stdout } = spawnSync("sh", ["-c", 'true | "$0" main.js', process.execPath], {
      cwd: folder,
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect(stdout.trim()).toMatch(join(realpathSync(join(PROJECT_ROOT, "node_modules")), "viem"));
  });

  it("tells the engine its port, and ends when the engine's end of the pipe is closed", async () => {
    const child = spawn(plugin, ["127.0.0.1:1"], { cwd: PROJECT_ROOT, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const [port] = await once(child.stdout, "data");
    expect(String(port)).toMatch(/^\d+\n$/);
    expect(child.exitCode).toBeNull();
    child.stdin.destroy();
    expect(await ended).toEqual([null, "SIGKILL"]);
  });
});
