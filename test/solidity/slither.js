#!/usr/bin/env node
// Static analysis of the contracts. Every finding fails it, and so does a suppression without its reason or its use.
require("../../typescript.js");
require("./slither.ts")
  .analyse()
  .then((problems) => {
    for (const problem of problems) {
      console.error(problem);
    }
    process.exitCode = problems.length === 0 ? 0 : 1;
  });
