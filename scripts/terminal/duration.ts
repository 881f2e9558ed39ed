/** Seconds in the two largest units. @example "2 h 5 min" */
export function duration(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 60) {
    return `${rounded} s`;
  }
  const minutes = Math.round(rounded / 60);
  return minutes < 60
    ? `${Math.floor(rounded / 60)} min ${rounded % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
