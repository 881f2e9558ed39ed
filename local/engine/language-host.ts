import { join } from "node:path";
import { type GoBuild, goBuild } from "../toolchain/go-build";
import { ENGINE_VERSION } from "./version";

/**
 * Builds our language host for Node unless the cache holds the program.
 *
 * @param say receives progress lines; receives none if the cache holds the program.
 * @returns the path of the program.
 * @throws if Go is missing, or if a download or the build fails.
 */
export async function languageHost(say: (line: string) => void): Promise<string> {
  const { folder } = await goBuild(BUILD, say);
  return join(folder, LANGUAGE_HOST);
}

/** The name by which the engine finds the language host. */
export const LANGUAGE_HOST = "pulumi-language-nodejs";

const BUILD: GoBuild = {
  name: "language-host",
  module: join(__dirname, "language-host"),
  programs: [{ name: LANGUAGE_HOST, package: "chainfleet/language-host" }],
  ldflags: `-X main.version=${ENGINE_VERSION}`,
};
