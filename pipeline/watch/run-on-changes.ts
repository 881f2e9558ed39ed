/** A run that was started. */
export interface StartedRun {
  /** Resolves with the exit code of the run. */
  readonly ended: Promise<number>;
  /** Asks the run to end soon; what has succeeded is kept. */
  stop(): void;
}

/** What following changes needs. */
export interface Following {
  /** @param first whether this is the first run. */
  readonly start: (first: boolean) => StartedRun;
  readonly say: (line: string) => void;
}

/** Runs again and again until it is ended. */
export interface Runs {
  /** Starts a run, in place of one that is in progress. */
  readonly changed: (files: readonly string[]) => void;
  /** Ends the run in progress, and starts no other. */
  readonly end: () => void;
  /** Resolves after `end` with the exit code of the last run. */
  readonly ended: Promise<number>;
}

/**
 * Starts a run at once, and another one after each change. A change during a run stops the run, whose result would be that of files
 * which no longer exist; the next one works on what the stopped one has not finished.
 */
export function runOnChanges({ start, say }: Following): Runs {
  let current: StartedRun | undefined;
  let isChanged = false;
  let isEnding = false;
  let wake = () => {};
  const runs = async () => {
    let code = 0;
    for (let first = true; !isEnding; first = false) {
      isChanged = false;
      current = start(first);
      code = await current.ended;
      current = undefined;
      if (!isChanged && !isEnding) {
        say("Waiting for changes. Ctrl+C ends the pipeline.");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    return code;
  };
  return {
    changed: (files) => {
      isChanged = true;
      const others = files.length > 1 ? ` and ${files.length - 1} more` : "";
      say(`Changed: ${files[0]}${others}.`);
      current?.stop();
      wake();
    },
    end: () => {
      isEnding = true;
      current?.stop();
      wake();
    },
    ended: runs(),
  };
}
