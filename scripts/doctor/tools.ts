import { join } from "node:path";
import { coerce, gte } from "semver";
import { PROJECT_ROOT } from "../../components/root";
import type { Config } from "../../stacks/config/schema";
import { OLDEST_CLI } from "../engine/command";
import { type Check, missing, ok, unknown } from "./check";
import { failureOf, jsonOf, type Shell } from "./shell";

/** The programs that a run of the stack starts, and the session at the backend that has the state. */
export function toolChecks(config: Config, shell: Shell): Check[] {
  const clouds = new Set(config.regions.map(({ cloud }) => cloud));
  return [
    tool(shell, {
      program: "pulumi",
      args: ["version"],
      oldest: OLDEST_CLI,
      next: "Install it: https://www.pulumi.com/docs/install/",
    }),
    backend(shell),
    ...(clouds.has("azure")
      ? [
          tool(shell, {
            program: "kubelogin",
            args: ["--version"],
            next: "Install it, for example with az aks install-cli: the clusters of Azure ask it for tokens.",
          }),
        ]
      : []),
    ...(clouds.has("aws")
      ? [
          tool(shell, {
            program: "aws",
            args: ["--version"],
            next: "Install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html: the clusters of AWS ask it for tokens.",
          }),
        ]
      : []),
    ...(config.contracts === undefined
      ? []
      : [
          tool(shell, {
            program: join(PROJECT_ROOT, "bin", "forge"),
            args: ["--version"],
            next: "Install the packages: npm ci",
          }),
        ]),
  ];
}

interface Tool {
  readonly program: string;
  readonly args: readonly string[];
  readonly oldest?: string;
  readonly next: string;
}

function tool(shell: Shell, { program, args, oldest, next }: Tool): Check {
  const name = program.split("/").at(-1) ?? program;
  return {
    name,
    required: true,
    look: async () => {
      const result = await shell(program, args);
      if (result.code === "missing") {
        return missing(failureOf(name, result), next);
      }
      const version = coerce(result.stdout)?.version;
      if (result.code !== 0) {
        return unknown(failureOf(name, result), next);
      }
      if (oldest === undefined) {
        return ok(version ?? "present");
      }
      return version === undefined
        ? unknown(`${name} did not say its version`, next)
        : gte(version, oldest)
          ? ok(version)
          : missing(`is ${version}, and ${oldest} is needed`, next);
    },
  };
}

function backend(shell: Shell): Check {
  return {
    name: "pulumi: backend",
    required: true,
    look: async () => {
      const result = await shell("pulumi", ["whoami", "--json", "--non-interactive"]);
      const answer = jsonOf(result) as { readonly user?: string; readonly url?: string } | undefined;
      return answer?.user === undefined
        ? missing(
            failureOf("pulumi", result),
            "Sign in to the backend that has the state: pulumi login <URL>",
          )
        : ok(`signed in as ${answer.user}${(answer.url ?? "") === "" ? "" : ` at ${answer.url}`}`);
    },
  };
}
