/**
 * How long changes take on AWS, as shortest and longest seconds. AWS publishes no figures; the ranges are those of a
 * general purpose instance with a Linux image of a few GiB. Each duration is drawn from the seed and multiplied by the
 * time scale.
 */
export const DURATIONS = {
  /** From the request to the state `running`. */
  boot: [30, 90],
  /** From `running` until sshd answers: the system boots and cloud-init makes the host keys. */
  ssh: [20, 40],
  /** From the request to the state `stopped`: the system shuts down. */
  stop: [20, 60],
  /** From the request to the state `terminated`. */
  terminate: [20, 60],
  /** From CreateImage to the state `available`: its snapshots are copied to S3. */
  image: [60, 300],
  /** From StartInstanceRefresh to the status `InProgress`. */
  refreshStart: [2, 10],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;
