import { type Observation, runWithoutCloud } from "./program";

/** A resource that a program registers, and the names of the custom resources that the engine lets it wait for. */
export interface GraphResource {
  readonly type: string;
  readonly name: string;
  readonly dependencies: readonly string[];
}

/**
 * The graph that the program of a stack hands to the engine on the first `up`, without components and providers.
 *
 * @param observed whether the program learns that it runs for a preview, in which some resources have more dependencies.
 */
export async function graphOf(
  stack: string,
  changes: Readonly<Record<string, unknown>>,
  observed: Pick<Observation, "isPreview"> = {},
): Promise<GraphResource[]> {
  const resources: GraphResource[] = [];
  await runWithoutCloud(
    stack,
    {
      ...observed,
      monitor: (monitor) => {
        const register = (monitor.registerResource as Register).bind(monitor);
        monitor.registerResource = (request: RegisterRequest, respond: unknown) => {
          if (request.getCustom() && !request.getType().startsWith("pulumi:")) {
            resources.push({
              type: request.getType(),
              name: request.getName(),
              dependencies: request.getDependenciesList().map((urn) => urn.split("::").slice(3).join("::")),
            });
          }
          return register(request, respond);
        };
      },
    },
    changes,
  );
  return resources;
}

type Register = (request: RegisterRequest, respond: unknown) => unknown;

/** The part of the engine's protocol that is read: RegisterResourceRequest in pulumi/resource.proto. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
}
