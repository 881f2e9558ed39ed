import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";

/**
 * The password of the user `admin` of a region's Grafana. It is generated once. Only the state (encrypted) and the Secret in the
 * cluster have it.
 */
export class GrafanaPassword extends DynamicResource {
  /** 32 characters of the URL-safe Base64 alphabet. Secret. */
  declare readonly password: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      "GrafanaPassword",
      name,
      { password: undefined },
      { ...opts, additionalSecretOutputs: ["password"] },
    );
  }
}
