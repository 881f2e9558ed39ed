import type { RunFolder } from "../../../components/storage/run/run-folder";
import type { EngineCommand } from "../../engine/command";
import { INTERRUPTED, onInterrupt } from "../../interruption";
import type { Progress } from "../../run/progress";

/**
 * Handles Ctrl+C and SIGTERM: after the first, the tests that run are stopped and everything of the run is deleted; after the
 * second, the process ends at once.
 */
export function interruption(
  command: EngineCommand,
  folder: RunFolder,
  progress: Progress,
): { isRequested(): boolean; end(): void } {
  let times = 0;
  const end = onInterrupt(() => {
    times += 1;
    if (times === 1) {
      progress.say(
        "Stopping: the tests that run are stopped, then the machines and volumes of the run are deleted. Press Ctrl+C again to stop at once and leave them.",
      );
      // The file reaches the tests, which the engine's own interruption does not.
      void folder.requestStop().then(() => command.interrupt());
    } else {
      command.kill();
      process.stderr.write(
        `Stopped. Machines and volumes may be left: chainfleet storage clean ${folder.run}, or go on: chainfleet storage resume ${folder.run}\n`,
      );
      process.exit(INTERRUPTED);
    }
  });
  return { isRequested: () => times > 0, end };
}
