import type { Plugin } from "../plugin/plugin";
import { providerConfig } from "./plugin/provider-config";
import { KubernetesSession } from "./plugin/session";

/**
 * The stand-in for Pulumi's Kubernetes plugin. It talks to any cluster that a kubeconfig names, as the official
 * one does, and serves every kind that the cluster serves; no Helm, Kustomize, YAML files or patch resources.
 */
export const kubernetes: Plugin = {
  name: "kubernetes",
  version: "4.34.2",
  supportsPreview: true,
  configure: async (config) => new KubernetesSession(providerConfig(config)),
};
