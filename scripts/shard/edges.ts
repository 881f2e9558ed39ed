import type { StateResource } from "../engine/state";
import { urnOfProvider } from "./urn";

/** The URNs that a resource in a state names: what it depends on, is deleted with, or is a child of. */
export function edgesOf(resource: StateResource): string[] {
  const { provider, deletedWith } = resource;
  return [
    ...new Set([
      ...(resource.dependencies ?? []),
      ...Object.values(resource.propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
      ...(typeof deletedWith === "string" && deletedWith !== "" ? [deletedWith] : []),
      ...(provider === undefined || provider === "" ? [] : [urnOfProvider(provider)]),
    ]),
  ];
}

/**
 * The resource without the dependencies that are not kept. Its parent, its provider and what it is deleted with are in the
 * same stack, so they always stay.
 */
export function withoutEdges(resource: StateResource, isKept: (urn: string) => boolean): StateResource {
  const { dependencies, propertyDependencies } = resource;
  return {
    ...resource,
    ...(dependencies === undefined ? {} : { dependencies: dependencies.filter(isKept) }),
    ...(propertyDependencies === undefined
      ? {}
      : {
          propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [
              property,
              urns === null ? null : urns.filter(isKept),
            ]),
          ),
        }),
  };
}

/** The resource with further dependencies. */
export function withEdges(resource: StateResource, urns: readonly string[]): StateResource {
  return { ...resource, dependencies: [...new Set([...(resource.dependencies ?? []), ...urns])] };
}
