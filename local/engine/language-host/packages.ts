import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DependencyInfo } from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency } from "@pulumi/pulumi/proto/plugin_pb";

/** The installed packages that need a provider plugin: their package.json contains `"pulumi": {"resource": true}`. */
export async function requiredPackages(program: string): Promise<PackageDependency[]> {
  const manifests = await Promise.all((await installed(program)).map(manifest));
  return manifests.flatMap(({ name, version, pulumi }) => {
    if (pulumi?.resource !== true || name === undefined) {
      return [];
    }
    const dependency = new PackageDependency();
    dependency.setName(pulumi.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, ""));
    dependency.setKind("resource");
    dependency.setVersion(`v${pulumi.version ?? version}`);
    dependency.setServer(pulumi.server ?? "");
    return [dependency];
  });
}

/** The program's direct dependencies with their installed versions, which `pulumi about` shows. */
export async function dependencies(program: string): Promise<DependencyInfo[]> {
  const own = await manifest(await closest(program, "package.json"));
  const modules = await closest(program, "node_modules");
  const names = Object.keys({ ...own.dependencies, ...own.devDependencies }).sort();
  return Promise.all(
    names.map(async (name) => {
      const { version } = await manifest(join(modules, name, "package.json"));
      const info = new DependencyInfo();
      info.setName(name);
      info.setVersion(version ?? "");
      return info;
    }),
  );
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}

async function manifest(file: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {};
  }
}

/** Paths of the package.json of every package in the closest node_modules, scoped packages included. */
async function installed(program: string): Promise<string[]> {
  const modules = await closest(program, "node_modules");
  const names = await namesIn(modules);
  const scoped = await Promise.all(
    names
      .filter((name) => name.startsWith("@"))
      .map(async (scope) => (await namesIn(join(modules, scope))).map((name) => join(scope, name))),
  );
  return [...names.filter((name) => !name.startsWith("@")), ...scoped.flat()].map((name) =>
    join(modules, name, "package.json"),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.filter((name) => !name.startsWith(".")),
    () => [],
  );
}

/** Path of the file or folder with that name in the given folder, or in the closest parent folder that contains one. */
async function closest(folder: string, name: string): Promise<string> {
  const names: string[] = await readdir(folder).catch(() => []);
  const parent = dirname(folder);
  return names.includes(name) || parent === folder ? join(folder, name) : closest(parent, name);
}
