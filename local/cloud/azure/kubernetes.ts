import { CloudError } from "../engine/resources/errors";
import type { NameRule } from "./arm";

/**
 * The minor versions with which AKS creates clusters in November 2026 (the latest three, and one under long-term
 * support), each with its latest patch version. https://learn.microsoft.com/azure/aks/supported-kubernetes-versions
 */
const latestPatches: Readonly<Record<string, string>> = {
  "1.33": "1.33.9",
  "1.34": "1.34.6",
  "1.35": "1.35.4",
  "1.36": "1.36.3",
};

/** The version of a cluster or a pool whose inputs set no version. */
export const defaultVersion = "1.35";

/** The patch version that AKS installs for a version in the inputs; undefined if AKS does not support the version. */
export function patchVersion(version: string): string | undefined {
  const [, minor = "", patch] = /^(\d+\.\d+)(\.\d+)?$/.exec(version) ?? [];
  return patch === undefined ? latestPatches[minor] : minor in latestPatches ? version : undefined;
}

export function unsupportedVersion(version: string, location: string): CloudError {
  return new CloudError(
    400,
    "K8sVersionNotSupported",
    `Kubernetes version ${version} is not supported in region ${location}; it has ` +
      `${Object.keys(latestPatches).join(", ")}. Please use [az aks get-versions] command to get the supported version ` +
      "list in this region.",
  );
}

/** The rule for names of Linux node pools: https://learn.microsoft.com/azure/aks/create-node-pools#limitations */
export const poolNameRule: NameRule = { minimum: 1, maximum: 12, pattern: /^[a-z][a-z0-9]{0,11}$/ };

/** True if the text has the form of a size such as `Standard_D4s_v5`: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */
export function isVmSize(size: string): boolean {
  return /^(Standard|Basic)_[A-Z]+\d+(-\d+)?[a-z]*(_[A-Za-z0-9]+)*$/.test(size);
}

export function vmSizeNotAllowed(size: string, location: string): CloudError {
  return new CloudError(
    400,
    "VMSizeNotSupported",
    `Virtual Machine size: '${size}' is not supported for subscription in location '${location}'. The available VM ` +
      "sizes have names like 'Standard_D4s_v5'. For more details, please visit https://aka.ms/aks/vm-size",
  );
}

/**
 * The refusal of a request while another operation is under way: https://aka.ms/aks-pending-operation
 * @param operation description of the other operation
 */
export function operationNotAllowed(operation: string): CloudError {
  return new CloudError(
    409,
    "OperationNotAllowed",
    `Operation is not allowed: Another ${operation} is in progress, please wait for it to finish before starting a new ` +
      "operation. See https://aka.ms/aks-pending-operation for more details",
  );
}

export function invalidParameter(detail: string): CloudError {
  return new CloudError(400, "InvalidParameter", detail);
}
