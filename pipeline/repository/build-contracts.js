// Builds the contracts, unless these very sources were built before. A program of its own, so that the build can be stopped.
require("../../typescript.js");
const { build } = require("../../components/contracts/build/build");
const { PROJECT_ROOT } = require("../../components/root");

build(PROJECT_ROOT, console.log).then(
  ({ sourcesHash, artifacts }) => console.log(`${artifacts.size} contracts, build ${sourcesHash}`),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
