const { fstatSync } = require("node:fs");
const { Socket } = require("node:net");

/**
 * Ends this process when the other end of a pipe is closed, which the kernel does when the process at that end has
 * ended, even by kill -9. The pipe alone does not keep this process running. If the descriptor is not a pipe, because a
 * person started the program in a terminal, nothing happens.
 */
exports.exitWithPipe = (descriptor, beforeExit = () => {}) => {
  const kind = fstatSync(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) {
    return;
  }
  // Two sockets cannot watch one descriptor, and the SDK opens standard input when it is loaded.
  const pipe =
    descriptor === 0 ? process.stdin : new Socket({ fd: descriptor, readable: true, writable: false });
  pipe
    .on("error", () => {})
    .on("close", () => {
      beforeExit();
      process.kill(process.pid, "SIGKILL");
    })
    .resume()
    .unref();
};
