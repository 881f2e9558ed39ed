#!/usr/bin/env node
// Prints the graph of a stack as JSON: node test/graph.js STACK ['{"chainfleet:rollout":[2,3]}'] [up|preview]; CHAINFLEET_MODE has the mode.
require("../typescript.js");
const [stack, changes = "{}", command = "up"] = process.argv.slice(2);
require("./dump/graph")
  .graphOf(stack, JSON.parse(changes), { isPreview: command === "preview" })
  .then((graph) => process.stdout.write(`${JSON.stringify(graph)}\n`));
