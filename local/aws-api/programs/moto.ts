import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Running, start } from "../../kubernetes/control-plane/children";
import { pythonEnvironment } from "../../toolchain/python-environment";

const REQUIREMENTS = join(__dirname, "..", "requirements.txt");

/** The virtual environment with moto and botocore, installed at first need. */
export interface MotoProgram {
  /** The environment's Python. */
  readonly python: string;
  /** botocore's folder with the service models. */
  readonly models: string;
}

/**
 * The virtual environment with moto in the folder that all checkouts of a user share. It is installed unless the folder
 * holds the versions of `requirements.txt`.
 *
 * @param say receives progress lines; receives none if moto is installed.
 * @throws if Python is missing or pip fails; the message ends with pip's last lines.
 */
export async function motoProgram(say: (line: string) => void): Promise<MotoProgram> {
  const folder = await pythonEnvironment(
    { name: "moto", description: "the simulator of AWS", requirements: REQUIREMENTS },
    say,
  );
  const [version = ""] = readdirSync(join(folder, "lib"));
  return {
    python: join(folder, "bin", "python"),
    models: join(folder, "lib", version, "site-packages", "botocore", "data"),
  };
}

/**
 * Starts moto on a port and waits until it answers. Its ids are drawn from the seed.
 *
 * @param state folder of the service; moto's log is `logs/moto.log` in it.
 * @throws if moto ends or does not answer within a minute.
 */
export async function startMoto(
  { python }: MotoProgram,
  { state, port, seed }: { readonly state: string; readonly port: number; readonly seed: number },
): Promise<Running> {
  const child = start(
    {
      name: "moto",
      command: python,
      args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
      // Without the images that moto offers by itself: the fleet registers its own.
      environment: { MOTO_EC2_LOAD_DEFAULT_AMIS: "false", PYTHONUNBUFFERED: "1" },
    },
    state,
  );
  let ended: string | undefined;
  child.ended.then((outcome) => {
    ended = outcome;
  });
  const deadline = performance.now() + START_SECONDS * 1000;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/moto-api/seed?a=${seed}`, { method: "POST" });
      if (answer.ok) {
        return child;
      }
    } catch {
      // moto does not listen yet.
    }
    if (ended !== undefined || performance.now() > deadline) {
      throw new Error(
        `moto ${ended ?? `did not answer within ${START_SECONDS} s`}; see logs/moto.log in ${state}`,
      );
    }
    await delay(50);
  }
}

const START_SECONDS = 60;
