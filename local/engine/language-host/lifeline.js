const { fstatSync } = require("node:fs");
const { Socket } = require("node:net");

/**
 * Ends this process when the other end of a pipe is closed: its holder is gone, in whatever way it went.
 * The pipe alone does not keep the process running. Nothing happens if the descriptor is not a pipe, as
 * when someone starts the program by hand.
 */
exports.diesWith = (descriptor, lastWish = () => {}) => {
  const kind = fstatSync(descriptor);
  if (!kind.isFIFO() && !kind.isSocket()) {
    return;
  }
  // Two sockets cannot watch one descriptor, and the SDK opens process.stdin when it is loaded.
  const pipe =
    descriptor === 0 ? process.stdin : new Socket({ fd: descriptor, readable: true, writable: false });
  pipe
    .on("error", () => {})
    .on("close", () => {
      lastWish();
      process.kill(process.pid, "SIGKILL");
    })
    .resume()
    .unref();
};
