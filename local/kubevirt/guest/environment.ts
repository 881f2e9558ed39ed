import { join } from "node:path";
import { STATE_MARKER } from "../../kubernetes/control-plane/children";
import type { OpenSsh } from "../../ssh/openssh";
import { MACHINE_MARKER, userDatabaseVariables } from "../../ssh/server";

/** What a process of a machine has to know. */
export interface GuestContext {
  /** The machine's id. */
  readonly id: string;
  /** The folder that stands for the machine's disk. */
  readonly root: string;
  /** Folder with the machine's user database. */
  readonly sshFolder: string;
  /** State folder of the service. */
  readonly state: string;
  readonly ssh: OpenSsh;
}

/** The variables of every process in a machine, in sessions and services alike. */
export function guestEnvironment(context: GuestContext): Record<string, string> {
  return {
    PATH: `${join(context.root, "usr", "bin")}:/usr/local/bin:/usr/bin:/bin`,
    CHAINFLEET_GUEST: context.id,
    CHAINFLEET_GUEST_ROOT: context.root,
    CHAINFLEET_GUEST_SOCKET: guestSocket(context.state),
    CHAINFLEET_GUEST_NODE: process.execPath,
    CHAINFLEET_GUEST_CLIENT: join(__dirname, "client.js"),
    ...userDatabaseVariables(context.ssh, context.sshFolder),
  };
}

/** The variables by which the processes of a machine are found and ended. */
export function guestMarkers({ id, state }: GuestContext): Record<string, string> {
  const service = process.env.CHAINFLEET_LOCAL_SERVICE;
  return {
    [MACHINE_MARKER]: id,
    [STATE_MARKER]: state,
    ...(service === undefined ? {} : { CHAINFLEET_LOCAL_SERVICE: service }),
  };
}

/** The socket on which the service answers the stand-ins of all machines. */
export function guestSocket(state: string): string {
  return join(state, "guest.sock");
}
