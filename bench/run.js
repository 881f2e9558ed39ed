#!/usr/bin/env node
// Runs all benchmarks, or the benchmark that ONLY names. Each prints one JSON line and writes it to bench/results.
require("../typescript.js");
const { mkdirSync, writeFileSync } = require("node:fs");
const { availableParallelism } = require("node:os");
const { join } = require("node:path");

const benchmarks = {
  "dev-up": () => require("./dev-up").devUp(),
  contracts: () => require("./contracts").contracts(),
  rolling: () => require("./rolling").rolling(),
  services: () => require("./services").services(),
  storage: () => require("./storage").storage(),
  scale: () =>
    require("./scale").scale({
      parts: process.env.PARTS || undefined,
      regions: Number(process.env.REGIONS || 24),
      sizes: (process.env.SIZES || "5,24,48,96").split(",").map(Number),
    }),
};
const results = join(__dirname, "results");
const only = process.env.ONLY || undefined;

if (only !== undefined && !(only in benchmarks)) {
  console.error(
    `There is no benchmark "${only}". The benchmarks are: ${Object.keys(benchmarks).join(", ")}.`,
  );
  process.exit(2);
}
run(only === undefined ? Object.keys(benchmarks) : [only]);

async function run(names) {
  mkdirSync(results, { recursive: true });
  for (const name of names) {
    const figures = await benchmarks[name]();
    const line = JSON.stringify({ benchmark: name, ...figures, cores: availableParallelism() });
    console.log(line);
    // Figures of networks of other sizes are shown, and not kept.
    if (!process.env.REGIONS && !process.env.SIZES) {
      // The result of a part is not comparable with that of the whole.
      const file = figures.parts === undefined ? name : [name, ...figures.parts].join("-");
      writeFileSync(join(results, `${file}.json`), `${line}\n`);
    }
  }
}
