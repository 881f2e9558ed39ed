#!/usr/bin/env node
// How much of the contracts their tests run.
require("../../typescript.js");
require("./coverage.ts")
  .measureCoverage()
  .then((problems) => {
    for (const problem of problems) {
      console.error(problem);
    }
    process.exitCode = problems.length === 0 ? 0 : 1;
  });
