import { type PropertyMap, type PropertyValue, Unknown } from "../../plugin/values";
import { reason } from "../api/errors";
import { type Connection, connect } from "../api/kubeconfig";

/** A configured provider; `connection` says why if there is none. */
export interface ProviderConfig {
  readonly connection: Connection | { readonly unreachable: string };
  /** For objects that name no namespace. */
  readonly namespace: string | undefined;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
}

/**
 * Reads the provider's inputs; what is not given comes from the environment, as with the official plugin
 * (https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/). A kubeconfig that cannot
 * be used is no error until something needs the cluster.
 *
 * @throws for options that the local target does not have
 */
export function providerConfig(config: PropertyMap): ProviderConfig {
  if (!flag(config, "enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true)) {
    throw new Error("the local target applies on the server side only: leave enableServerSideApply on");
  }
  if (given(config.renderYamlToDirectory) !== undefined) {
    throw new Error("the local target does not render YAML: leave renderYamlToDirectory out");
  }
  const connection = connectionOf(config);
  return {
    connection,
    namespace: given(config.namespace) ?? ("unreachable" in connection ? undefined : connection.namespace),
    deleteUnreachable: flag(config, "deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    skipUpdateUnreachable: flag(config, "skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
    enableConfigMapMutable: flag(config, "enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enableSecretMutable: flag(config, "enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
  };
}

function connectionOf(config: PropertyMap): ProviderConfig["connection"] {
  if (config.kubeconfig instanceof Unknown) {
    return { unreachable: "the kubeconfig is not known yet" };
  }
  const kubeconfig =
    typeof config.kubeconfig === "object" && config.kubeconfig !== null
      ? JSON.stringify(config.kubeconfig)
      : given(config.kubeconfig);
  const context = given(config.context);
  const cluster = given(config.cluster);
  try {
    return connect({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
      ...(cluster === undefined ? {} : { cluster }),
    });
  } catch (error) {
    return {
      unreachable: `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${reason(error)}`,
    };
  }
}

function given(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Booleans arrive as JSON in a string. */
function flag(config: PropertyMap, name: string, variable: string, byDefault = false): boolean {
  const value = config[name] ?? process.env[variable];
  return value === undefined ? byDefault : value === true || value === "true";
}
