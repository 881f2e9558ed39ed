import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../components/root";
import { stackFile, writtenConfig } from "../../../stacks/config/written/written-config";
import { commandOn, isSimulated } from "../../engine/local-target";
import type { StateResource } from "../../engine/state";
import type { Summary } from "../summary";

/** What the next steps of a stack depend on. */
export interface Situation {
  readonly summary: Pick<Summary, "stack" | "mode" | "result" | "contracts">;
  /** The RPC endpoints of the stack, by the name of their region or chain. */
  readonly endpoints: readonly { readonly name: string; readonly url: string }[];
  /** The command `chainfleet` for this stack, as the user's shell runs it. @example "local/run bin/chainfleet" */
  readonly chainfleet: string;
  /** Whether the stack is the one of `make up`, and there is a Makefile. */
  readonly hasMake: boolean;
  /** The name of the stack's config file. */
  readonly file: string;
}

/** The lines about what the user may do after a run. Pure. */
export function nextSteps({ summary, endpoints, chainfleet, hasMake, file }: Situation): string[] {
  const { stack, mode, result, contracts } = summary;
  const command = (name: string) => `${chainfleet} ${name} --stack ${stack}`;
  const up = hasMake ? "make up" : command("up");
  const down = hasMake ? "make down" : command("down");
  if (result === "cancelled") {
    return [`Run ${mode === "up" ? up : down} again: it takes over what was finished and does the rest.`];
  }
  if (result === "failed") {
    return mode === "up"
      ? [
          `Once the cause is mended, run ${up} again: it does the rest. For the failed regions alone: ${command("retry")}`,
        ]
      : [`Once the cause is mended, run ${down} again: it does the rest.`];
  }
  if (result !== "succeeded" || mode !== "up") {
    return [];
  }
  return [
    ...endpoints
      .slice(0, MOST_ENDPOINTS)
      .map(({ name, url }, index) => `${index === 0 ? "RPC:" : "    "}        ${name} ${url}`),
    ...(endpoints.length > MOST_ENDPOINTS
      ? [`            and ${endpoints.length - MOST_ENDPOINTS} more: pulumi stack output --stack ${stack}`]
      : []),
    ...(contracts.length === 0 ? [] : [`contracts:  ${command("contracts list")}`]),
    `to change:  edit ${file}, look at it with ${hasMake ? "make preview" : command("preview")}, then ${up}`,
    `to delete:  ${down}`,
  ];
}

/** A network of 24 regions would fill the terminal. */
const MOST_ENDPOINTS = 8;

/** The situation after a run. @param resources the state after the run. */
export function situationAfter(summary: Summary, resources: readonly StateResource[]): Situation {
  const { stack } = summary;
  return {
    summary,
    endpoints: [...regionEndpoints(resources), ...(isSimulated() ? chainEndpoints(stack) : [])],
    chainfleet: commandOn(stack),
    hasMake: isSimulated() && stack === "dev" && existsSync(join(PROJECT_ROOT, "Makefile")),
    file: stackFile(stack),
  };
}

/** The RPC endpoints in the outputs of a network. They are inside of the regions' networks. */
function regionEndpoints(resources: readonly StateResource[]): Situation["endpoints"] {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const regions: unknown = stack?.outputs?.["regions"];
  return (Array.isArray(regions) ? regions : []).flatMap(({ name, rpcUrl }: Record<string, unknown>) =>
    typeof name === "string" && typeof rpcUrl === "string" ? [{ name, url: rpcUrl }] : [],
  );
}

/** The local chains. The URL of a real one is not shown, because it often contains a key. */
function chainEndpoints(stack: string): Situation["endpoints"] {
  const contracts = writtenConfig(stack)["chainfleet:contracts"] as
    | { readonly chains?: Readonly<Record<string, { readonly rpcUrl?: unknown } | null>> }
    | undefined;
  return Object.entries(contracts?.chains ?? {}).flatMap(([name, chain]) => {
    const variable = /^\$\{(\w+)\}$/.exec(String(chain?.rpcUrl))?.[1];
    const url = variable === undefined ? undefined : process.env[variable];
    return url === undefined ? [] : [{ name, url }];
  });
}
