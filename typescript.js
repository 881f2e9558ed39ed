// Lets plain node load TypeScript: swc strips the types, and the result is kept, so that a process that starts
// anew loads no compiler. The Pulumi program, its dynamic providers, the chainfleet command and the local
// services all run under it.

const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const cache = join(__dirname, "node_modules", ".cache", "chainfleet");
const options = {
  swcrc: false,
  configFile: false,
  sourceMaps: "inline",
  module: { type: "commonjs", ignoreDynamic: true },
  jsc: { target: "es2022", parser: { syntax: "typescript" }, keepClassNames: true },
};
const salt = `${require("@swc/core/package.json").version} ${JSON.stringify(options)}`;

function transpile(filename) {
  const source = readFileSync(filename, "utf8");
  const key = createHash("sha256").update(salt).update(filename).update(source).digest("hex");
  const kept = join(cache, `${key}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const { code } = require("@swc/core").transformSync(source, { ...options, filename });
    mkdirSync(cache, { recursive: true });
    const unfinished = `${kept}.${process.pid}`;
    writeFileSync(unfinished, code);
    renameSync(unfinished, kept);
    return code;
  }
}

// From Node 22 on: what V8 compiled is kept too, which halves the time to load Pulumi's SDK.
require("node:module").enableCompileCache?.(join(cache, "compiled"));
process.setSourceMapsEnabled(true);
require.extensions[".ts"] ??= (module, filename) => module._compile(transpile(filename), filename);

require("./startup").loadCompilersWhenUsed();
