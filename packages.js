// Says what is missing in a fresh clone, in place of the module loader's stack. It runs before there are any packages, so
// it is JavaScript that needs none.
const { existsSync } = require("node:fs");
const { join, relative } = require("node:path");

/**
 * Ends the process with exit code 1 if the npm packages of a folder are not installed.
 *
 * @param {readonly string[]} folders of this repository. @example [".", "local"]
 */
exports.requirePackages = (...folders) => {
  // npm writes this file when everything is installed, so that an interrupted installation lacks it.
  const isInstalled = (folder) => existsSync(join(__dirname, folder, "node_modules", ".package-lock.json"));
  const commands = folders
    .filter((folder) => !isInstalled(folder))
    .map((folder) => ["npm ci", relative(process.cwd(), join(__dirname, folder))])
    .map(([command, path]) => (path === "" ? command : `${command} --prefix ${path}`));
  if (commands.length > 0) {
    process.stderr.write(
      `The npm packages are not installed. To install them: ${commands.join(" && ")}\nmake up installs them too, and deploys the dev stack on the local target.\n`,
    );
    process.exit(1);
  }
};
