// Asks the service for a command of a machine, and does what the service answers: prints, or runs a program. Plain
// JavaScript, because a machine starts this script often and compiling would take longer than the script.

const { spawn } = require("node:child_process");
const { connect } = require("node:net");

const [command, ...args] = process.argv.slice(2);
const { CHAINFLEET_GUEST: machine, CHAINFLEET_GUEST_SOCKET: path } = process.env;
const socket = connect({ path });
let answer = "";
socket.on("error", (error) =>
  end(`${command}: the service of the virtual machines does not answer: ${error.message}`, 1),
);
socket.on("data", (data) => {
  answer += data;
});
socket.on("end", () => {
  if (answer === "") {
    end(`${command}: the service of the virtual machines ended`, 1);
    return;
  }
  const { stdout = "", stderr = "", exit = 0, run } = JSON.parse(answer);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exit;
  if (run !== undefined) {
    runProgram(run);
  }
});
socket.write(`${JSON.stringify({ machine, command, args, cwd: process.cwd() })}\n`);

function runProgram({ program, args: programArgs, environment }) {
  const child = spawn(program, programArgs, { stdio: "inherit", env: { ...process.env, ...environment } });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => end(`${command}: ${error.message}`, 127));
  child.on("exit", (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    process.exitCode = code ?? 1;
  });
}

function end(message, exit) {
  process.stderr.write(`${message}\n`);
  process.exitCode = exit;
}
