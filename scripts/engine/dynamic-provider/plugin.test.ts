import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readFileSync } from "node:fs";
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
