import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../components/root";

/** A plugin that the program needs, as the engine is told. */
export interface RequiredPackage {
  /** @example "azure-native" */
  readonly name: string;
  /** @example "v3.28.0" */
  readonly version: string;
  /** The address from which the engine downloads the plugin. @default Pulumi's own */
  readonly server?: string | undefined;
}

/**
 * The plugins of the packages that this project depends on. As the language host of Node does, it takes the packages whose
 * `package.json` has `"pulumi": {"resource": true}`.
 */
export function requiredPackages(): RequiredPackage[] {
  const { dependencies } = manifestOf(PROJECT_ROOT);
  return Object.keys(dependencies ?? {}).flatMap((dependency) => {
    const { name, version, pulumi } = manifestOf(join(PROJECT_ROOT, "node_modules", dependency));
    return pulumi?.resource === true
      ? [
          {
            name: pulumi.name ?? name.replace(/^@(pulumi\/)?/, ""),
            version: `v${pulumi.version ?? version}`,
            server: pulumi.server,
          },
        ]
      : [];
  });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The fields of a `package.json` that are read here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}
