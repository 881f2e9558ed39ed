import { isMovingTag, parseImage } from "../besu/release/image";
import type { PolicyResource, ResourceRule } from "./rule";
import { fields, list, text } from "./values";

/** A pod that starts anew must get the software that was rolled out, and its peers have. */
export const pinnedImages: ResourceRule = {
  code: "POLICY_UNPINNED_IMAGE",
  description: "The image of every container has a version or a digest.",
  ofResource: (resource) =>
    imagesOf(resource).flatMap((image) => {
      const why = looseness(image);
      return why === undefined ? [] : [{ problem: `has the image ${image}, which ${why}`, next: NEXT }];
    }),
};

const NEXT =
  "Name a version or a digest (repository@sha256:…). The image of the nodes is the key chainfleet:besu.image.";

/** Why the software of an image may change without a change of the image's name. */
function looseness(name: string): string | undefined {
  const image = parseImage(name);
  if (image === undefined) {
    return "is no name of an image";
  }
  if (image.digest !== undefined) {
    return undefined;
  }
  if (image.tag === undefined) {
    return "names neither a version nor a digest";
  }
  return isMovingTag(image) || !/\d/.test(image.tag)
    ? "is other software from one day to the next"
    : undefined;
}

/** The images of the containers of a workload, each once. */
function imagesOf(resource: PolicyResource): readonly string[] {
  // Most resources are no workloads, and reading the properties of a resource costs time.
  if (!resource.type.startsWith("kubernetes:")) {
    return [];
  }
  const pod = podSpec(resource.type, fields(resource.properties.spec));
  const containers = [pod.containers, pod.initContainers].flatMap(list).map(fields);
  return [...new Set(containers.map(({ image }) => text(image)).filter((image) => image !== undefined))];
}

function podSpec(type: string, spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  switch (type) {
    case "kubernetes:core/v1:Pod":
      return spec;
    case "kubernetes:apps/v1:Deployment":
    case "kubernetes:apps/v1:StatefulSet":
    case "kubernetes:apps/v1:DaemonSet":
    case "kubernetes:batch/v1:Job":
      return fields(fields(spec.template).spec);
    case "kubernetes:batch/v1:CronJob":
      return fields(fields(fields(fields(spec.jobTemplate).spec).template).spec);
    default:
      return {};
  }
}
