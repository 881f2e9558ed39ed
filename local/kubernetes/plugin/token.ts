/** What a resource type's token names: `kubernetes:apps/v1:StatefulSet`. */
export interface Token {
  /** `apps/v1`, or `v1` for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
}

/** @throws for what the official plugin serves and this stand-in does not (Helm, Kustomize, YAML files, patches, lists) */
export function parseToken(type: string): Token {
  const [name, module = "", kind = ""] = type.split(":");
  const [group = "", version = ""] = module.split("/");
  if (name !== "kubernetes" || kind === "" || version === "" || /^(helm\.sh|yaml|kustomize)$/.test(group)) {
    throw new Error(`the local target does not serve resources of type ${type}`);
  }
  if (/(Patch|List)$/.test(kind)) {
    throw new Error(`the local target does not serve ${type}: make the object itself a resource`);
  }
  return { apiVersion: group === "core" ? version : module, kind };
}

/** The namespace and the name in a resource's id: `namespace/name`, or `name`. */
export function parseId(id: string): { readonly namespace: string | undefined; readonly name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}
