import builder from "junit-report-builder";
import type { PipelineReport, TaskReport } from "./report";

/**
 * The report as JUnit XML, which CI services show: a suite for each task that was to do something, a case for each part that was
 * worked on. Tasks without affected parts are left out.
 */
export function junitXml({ tasks, startedAt }: PipelineReport): string {
  const report = builder.newBuilder().name("chainfleet pipeline");
  for (const task of tasks.filter(({ affected }) => affected.length > 0)) {
    const suite = report.testSuite().name(task.name).timestamp(new Date(startedAt)).time(task.seconds);
    for (const part of task.affected) {
      const one = suite.testCase().className(`${task.stage}.${task.name}`).name(part);
      const problem = problemOf(part, task);
      if (problem !== undefined) {
        const [title] = problem.split("\n", 1);
        one.failure(title).stacktrace(problem);
      } else if (task.result === "skipped" || task.result === "stopped") {
        one.skipped();
      }
    }
  }
  return report.build();
}

/** A task that failed as a whole has failed in each of its parts. */
function problemOf(part: string, { failures }: TaskReport): string | undefined {
  return failures.find((failure) => failure.part === part || failure.part === "")?.problem;
}
