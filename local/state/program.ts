import { join } from "node:path";
import { engine } from "../engine/engine";
import { ENGINE_VERSION } from "../engine/version";
import { CHECKOUT } from "../root";
import { type GoBuild, goBuild } from "../toolchain/go-build";

/**
 * Builds the program of the state service unless the cache holds the program. Waits for the engine first: where the
 * engine is built too, Go then finds the packages that both have in its cache, and links for some seconds.
 *
 * @param report receives progress lines; receives none if the cache holds the program.
 * @returns the path of the program.
 * @throws if Go is missing, or if a download or the build fails.
 */
export async function stateProgram(report: (line: string) => void): Promise<string> {
  await engine(() => {}, join(CHECKOUT, ".chainfleet", "local", "engine"));
  const { folder } = await goBuild(BUILD, report);
  return join(folder, "state");
}

/** The version of the engine's packages, which `build/go.mod` requires, is in the manifest of each deployment. */
const BUILD: GoBuild = {
  name: "state-service",
  module: join(__dirname, "build"),
  programs: [{ name: "state", package: "chainfleet/state" }],
  ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`,
};
