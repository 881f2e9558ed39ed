import type * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic provider that is nothing but a pointer to a module.
 *
 * Pulumi writes a dynamic provider's code into the state and compares it on every run. Here that code is these
 * few constant lines; the module they load at run time may change freely without a single resource showing a
 * change, and an old state runs the new module.
 *
 * @param module path of the module from the project's root, without extension. It exports a
 *   `ResourceProvider` named `provider`. Never rename one that has been deployed.
 */
export function providerShell(module: string): pulumi.dynamic.ResourceProvider {
  // Everything here is serialized: use nothing from outside but `module`, and no helper that a compiler adds.
  const load = () => {
    const path = require("node:path");
    const root = process.cwd();
    require(path.join(root, "typescript.js"));
    return require(path.join(root, module)).provider;
  };
  return {
    check: async (olds, news) => load().check(olds, news),
    diff: async (id, olds, news) => load().diff(id, olds, news),
    create: async (inputs) => load().create(inputs),
    read: async (id, props) => load().read(id, props),
    update: async (id, olds, news) => load().update(id, olds, news),
    delete: async (id, props) => load().delete(id, props),
  };
}

/** What a module behind a shell exports: every step, so that none is left to a default. */
export type FullProvider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">>;
