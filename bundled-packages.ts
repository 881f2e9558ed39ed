import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Packages that are loaded as a single file each, with the folder of their main module. The Kubernetes client consists of 900
 * modules, which take 0.7 s of CPU time to load; the file takes 0.2 s.
 */
const BUNDLED: Readonly<Record<string, string>> = { "@kubernetes/client-node": "dist" };

/**
 * The file to load in place of a package. It is made once for each version of the package, which takes as long as
 * loading the modules of the Kubernetes client.
 *
 * @param request as `require` gets it.
 * @param resolve finds the main module of the package.
 * @returns undefined if the package is to be loaded as it is, also because the file cannot be made.
 */
export function bundleOf(request: string, resolve: () => string): string | undefined {
  const folder = BUNDLED[request];
  if (folder === undefined) {
    return undefined;
  }
  const main = resolve();
  const [packages = ""] = main.split(join(request, folder));
  const { version } = require(join(packages, request, "package.json")) as { readonly version: string };
  const bundle = join(packages, ".cache/chainfleet/packages", `${request.replace("/", "-")}-${version}.cjs`);
  return existsSync(bundle) || make(bundle, main) ? bundle : undefined;
}

function make(bundle: string, main: string): boolean {
  const unfinished = `${bundle}.${process.pid}`;
  try {
    mkdirSync(dirname(bundle), { recursive: true });
    const { buildSync } = require("esbuild") as typeof import("esbuild");
    buildSync({
      entryPoints: [main],
      outfile: unfinished,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: `node${process.versions.node}`,
      // V8 reads the whole file. Names are not minified, because errors are told apart by the names of their classes.
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: "silent",
    });
    renameSync(unfinished, bundle);
    return true;
  } catch {
    rmSync(unfinished, { force: true });
    return false;
  }
}
