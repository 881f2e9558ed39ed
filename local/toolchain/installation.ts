/**
 * With the value `never`, a program of the local target that is missing is neither downloaded nor built: the command says what is
 * missing and ends. The first installation takes minutes, which is too long for some callers.
 */
export const INSTALLATION_VARIABLE = "CHAINFLEET_LOCAL_INSTALL";

/** The exit code of a command of the local target that needs a missing program which it may not install. */
export const NOT_INSTALLED_STATUS = 3;

/** A program is missing, and may not be installed. */
export class NotInstalled extends Error {
  override readonly name = "NotInstalled";

  /** @param program what is missing, for people. @example "control-plane-1.36.3" */
  constructor(readonly program: string) {
    super(`${program} is not installed on this machine, and ${INSTALLATION_VARIABLE} is "never"`);
  }
}

/** Call the function before a program is downloaded or built. @throws NotInstalled if that is not wanted. */
export function requireMayInstall(program: string): void {
  if (process.env[INSTALLATION_VARIABLE] === "never") {
    throw new NotInstalled(program);
  }
}
