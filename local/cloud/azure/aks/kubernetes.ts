import { CloudError } from "../../engine/resources/errors";
import type { NameRule } from "../arm";

/**
 * The minor versions of AKS, each with its latest patch version and the last day of its standard support. The long-term
 * support that follows needs the Premium tier, which the simulation does not have.
 * https://learn.microsoft.com/azure/aks/supported-kubernetes-versions
 */
const versions: Readonly<Record<string, { readonly patch: string; readonly end: string }>> = {
  "1.33": { patch: "1.33.9", end: "2026-07-31" },
  "1.34": { patch: "1.34.6", end: "2026-11-30" },
  "1.35": { patch: "1.35.4", end: "2027-03-31" },
  "1.36": { patch: "1.36.3", end: "2027-06-30" },
};

/** The version of a cluster or a pool whose inputs set no version. */
export const defaultVersion = "1.35";

/** The patch version that AKS installs for a version in the inputs; undefined if AKS does not have the version. */
export function patchVersion(version: string): string | undefined {
  const [, minor = "", patch] = /^(\d+\.\d+)(\.\d+)?$/.exec(version) ?? [];
  const known = versions[minor];
  return known === undefined ? undefined : patch === undefined ? known.patch : version;
}

/** True if a cluster or a pool can be taken to a version today. */
export function isOffered(version: string): boolean {
  const end = versions[/^\d+\.\d+/.exec(version)?.[0] ?? ""]?.end;
  return (
    end !== undefined && patchVersion(version) !== undefined && new Date().toISOString().slice(0, 10) <= end
  );
}

export function unsupportedVersion(version: string, location: string): CloudError {
  return new CloudError(
    400,
    "K8sVersionNotSupported",
    `Kubernetes version ${version} is not supported in region ${location}; it has ` +
      `${Object.keys(versions).filter(isOffered).join(", ")}. Please use [az aks get-versions] command to get the supported version ` +
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
