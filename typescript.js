// Lets plain node load TypeScript: swc strips the types, and the result is kept, so that a process that starts
// anew loads no compiler. The Pulumi program, its dynamic providers, the chainfleet command and the local
// services all run under it.

const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { SourceMap, enableCompileCache } = require("node:module");
const { join } = require("node:path");

const cache = join(__dirname, "node_modules", ".cache", "chainfleet");
const options = {
  swcrc: false,
  configFile: false,
  sourceMaps: "inline",
  // A package is loaded when the first of its imports is used. Most processes use few of the packages that they import.
  module: { type: "commonjs", ignoreDynamic: true, lazy: true },
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

/** What runs of each file that was loaded, and the file's source map if it was needed. */
const loaded = new Map();

function load(module, filename) {
  const code = transpile(filename);
  loaded.set(filename, { code });
  module._compile(code, filename);
}

// Where a call is in its TypeScript source. Node could translate stack traces too (process.setSourceMapsEnabled), but it
// then reads the source map of every module when it loads the module, those of packages too: a tenth of the loading time.
function describeCall(call) {
  const [file, line, column] = [call.getFileName(), call.getLineNumber(), call.getColumnNumber()];
  const script = loaded.get(file);
  if (script === undefined || line === null || column === null) {
    return String(call);
  }
  script.map ??= sourceMapIn(script.code);
  const { originalLine, originalColumn } = script.map.findEntry(line - 1, column - 1);
  return String(call).replace(
    `${file}:${line}:${column}`,
    `${file}:${originalLine + 1}:${originalColumn + 1}`,
  );
}

function sourceMapIn(code) {
  const encoded = code.slice(code.lastIndexOf("base64,") + "base64,".length);
  return new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString()));
}

// Node's own text of an error, with the calls in between.
Error.prepareStackTrace = (error, calls) => {
  const { name, code, message } = error;
  const title = /^ERR_/.test(code) ? `${name} [${code}]: ${message}` : Error.prototype.toString.call(error);
  return [title, ...calls.map((call) => `    at ${describeCall(call)}`)].join("\n");
};

// From Node 22 on: what V8 compiled is kept too, which halves the time to load Pulumi's SDK.
enableCompileCache?.(join(cache, "compiled"));
require.extensions[".ts"] ??= load;

require("./startup").loadModulesWhenUsed();
