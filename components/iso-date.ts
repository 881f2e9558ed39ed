/** The day of a point in time in UTC. @example "2026-11-25" */
export function isoDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}
