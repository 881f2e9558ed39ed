/** A path into resource properties: `["spec", "containers", 0, "image"]`. */
export type Path = readonly (string | number)[];

/** In the engine's syntax: `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") {
        return `[${step}]`;
      }
      if (step === "" || /[."[\]]/.test(step)) {
        return `["${step.replaceAll('"', '\\"')}"]`;
      }
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** Inverse of {@link formatPath}; `*` stands for itself, and matches anything in {@link contains}. */
export function parsePath(text: string): Path {
  const steps: (string | number)[] = [];
  for (const [, quoted, index, name] of text.matchAll(/\["((?:\\"|[^"])*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)) {
    if (quoted !== undefined) {
      steps.push(quoted.replaceAll('\\"', '"'));
    } else if (index !== undefined) {
      steps.push(index === "*" ? "*" : Number(index));
    } else if (name !== undefined) {
      steps.push(name);
    }
  }
  return steps;
}

/** Whether the path is the outer one, or lies inside it. */
export function contains(outer: Path, path: Path): boolean {
  return outer.length <= path.length && outer.every((step, i) => step === "*" || step === path[i]);
}
