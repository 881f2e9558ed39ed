const { Socket } = require("node:net");

/**
 * Ends this process when the engine's end of the pipe on standard input is closed, which the kernel does when the engine has
 * ended, even by kill -9. The pipe alone does not keep this process running. If standard input is not a pipe, because a
 * person started the program in a terminal, nothing happens.
 */
exports.endWithEngine = () => {
  // `fstatSync` would tell a pipe too, but Node.js 20 then takes the next symbolic link that it resolves for a folder: linked
  // packages would be loaded twice.
  const { stdin } = process;
  if (!(stdin instanceof Socket) || stdin.isTTY) {
    return;
  }
  // Two sockets cannot watch one descriptor, and the SDK opens standard input when it is loaded.
  stdin
    .on("error", () => {})
    .on("close", () => process.kill(process.pid, "SIGKILL"))
    .resume()
    .unref();
};
