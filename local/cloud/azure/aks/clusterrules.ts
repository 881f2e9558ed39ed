import type { PropertyMap } from "../../../plugin/values";
import { contains, overlap, parseRange } from "../../engine/resources/addresses";
import { CloudError } from "../../engine/resources/errors";
import type { Draft } from "../../engine/resources/kind";
import { booleanAt, isGiven, objectsAt, stringAt, stringsAt } from "../../engine/resources/properties";
import { text } from "../arm";
import { coreFindings } from "../quotas";
import { prefixesOf } from "../virtualnetwork";
import { poolFindings, poolReferences, poolsOf, profileChangeFindings } from "./agentpool";
import { defaultVersion, invalidParameter, isOffered, unsupportedVersion } from "./kubernetes";

/** The reasons for which AKS refuses a cluster, except for its location and its references. */
export function* clusterFindings(draft: Draft): Generator<CloudError> {
  yield* profileFindings(draft);
  yield* identityFindings(draft.inputs);
  yield* networkFindings(draft);
  yield* issuerFindings(draft);
  yield* coreFindings(draft, objectsAt(draft.inputs, "agentPoolProfiles"));
}

function* profileFindings({ inputs, location, previous, key, view }: Draft): Generator<CloudError> {
  if (!isGiven(inputs, "dnsPrefix") && !isGiven(inputs, "fqdnSubdomain")) {
    yield invalidParameter("Required parameter dnsPrefix is missing (null).");
  }
  const prefix = stringAt(inputs, "dnsPrefix");
  // https://aka.ms/aks-naming-rules
  if (prefix !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/.test(prefix)) {
    yield invalidParameter(
      `The value of parameter dnsPrefix is invalid: '${prefix}'. It can contain only letters, numbers and hyphens, ` +
        "must begin and end with a letter or number and has at most 54 characters.",
    );
  }
  const version = stringAt(inputs, "kubernetesVersion");
  const previousVersion = stringAt(previous?.inputs ?? {}, "kubernetesVersion");
  if (version !== undefined && version !== previousVersion && !isOffered(version)) {
    yield unsupportedVersion(version, location);
  }
  const profiles = objectsAt(inputs, "agentPoolProfiles");
  if (previous === undefined && !profiles.some((profile) => stringAt(profile, "mode") === "System")) {
    yield invalidParameter("Must define at least one system pool: an agentPoolProfile with mode 'System'.");
  }
  for (const profile of profiles) {
    yield* poolFindings(profile, text(profile, "name"), location);
  }
  if (previous !== undefined) {
    yield* profileChangeFindings(profiles, poolsOf(key, view), version ?? defaultVersion);
    yield* upgradeFindings(stringAt(previous.inputs, "kubernetesVersion"), version);
  }
}

/** https://learn.microsoft.com/azure/aks/upgrade-aks-cluster: no minor version can be skipped, and none can be taken back. */
function* upgradeFindings(before: string | undefined, after: string | undefined): Generator<CloudError> {
  const [from, to] = [before, after].map((version) => Number((version ?? defaultVersion).split(".")[1]));
  if (from !== undefined && to !== undefined && to !== from && to !== from + 1) {
    yield new CloudError(
      400,
      "OperationNotAllowed",
      `Upgrading Kubernetes version ${before} to ${after} is not allowed. Available upgrades: [1.${from + 1}]. ` +
        "Please see https://aka.ms/aks-supported-k8s-ver for version details.",
    );
  }
}

function* identityFindings(inputs: PropertyMap): Generator<CloudError> {
  const type = stringAt(inputs, "identity.type");
  const assigned = stringsAt(inputs, "identity.userAssignedIdentities");
  if (type === undefined && !isGiven(inputs, "servicePrincipalProfile")) {
    yield new CloudError(
      400,
      "ServicePrincipalNotFound",
      "Provisioning of resource(s) for container service failed: neither identity nor servicePrincipalProfile is set.",
    );
  }
  if (type === "UserAssigned" && assigned.length !== 1) {
    yield invalidParameter(`identity.type UserAssigned takes exactly one identity, got ${assigned.length}.`);
  }
}

function* networkFindings({ inputs, view, id }: Draft): Generator<CloudError> {
  const services = stringAt(inputs, "networkProfile.serviceCidr") ?? "10.0.0.0/16";
  const dns = stringAt(inputs, "networkProfile.dnsServiceIP");
  const pods = stringAt(inputs, "networkProfile.podCidr");
  for (const range of pods === undefined ? [services] : [services, pods]) {
    if (parseRange(range) === undefined) {
      yield invalidParameter(`The network profile's range ${range} is not a valid CIDR block.`);
      return;
    }
  }
  if (dns !== undefined && !contains(services, `${dns}/32`)) {
    yield invalidParameter(`The DNS service IP ${dns} is outside the service CIDR ${services}.`);
  }
  if (pods !== undefined && overlap(pods, services)) {
    yield invalidParameter(`The pod CIDR ${pods} overlaps with the service CIDR ${services}.`);
  }
  const subnets = objectsAt(inputs, "agentPoolProfiles").flatMap((profile) => [
    ...poolReferences(id, profile),
  ]);
  for (const { key } of subnets) {
    for (const used of prefixesOf(view.find(key)?.inputs ?? {}).filter((prefix) =>
      overlap(prefix, services),
    )) {
      yield new CloudError(
        400,
        "ServiceCidrOverlapExistingSubnetsCidr",
        `The specified service CIDR ${services} is conflicted with an existing subnet CIDR ${used}`,
      );
    }
  }
}

function* issuerFindings({ inputs, previous }: Draft): Generator<CloudError> {
  const enabled = booleanAt(inputs, "oidcIssuerProfile.enabled") === true;
  if (booleanAt(inputs, "securityProfile.workloadIdentity.enabled") === true && !enabled) {
    yield new CloudError(
      400,
      "WorkloadIdentityRequiresOIDCIssuer",
      "Workload identity requires OIDC issuer to be enabled: set oidcIssuerProfile.enabled.",
    );
  }
  if (
    !enabled &&
    previous !== undefined &&
    booleanAt(previous.inputs, "oidcIssuerProfile.enabled") === true
  ) {
    yield new CloudError(400, "OIDCIssuerCannotBeDisabled", "The OIDC issuer feature cannot be disabled.");
  }
}
