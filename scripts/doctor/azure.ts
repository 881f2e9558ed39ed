import { SYSTEM_NODES } from "../../components/region/aws-quotas";
import { keyStoreOf } from "../../stacks/config/fields/key-store";
import type { Config } from "../../stacks/config/schema";
import { type Check, missing, ok, unknown, type Verdict } from "./check";
import { failureOf, jsonOf, type Shell } from "./shell";

type AzureRegion = Extract<Config["regions"][number], { readonly cloud: "azure" }>;

/** The namespaces of what every region consists of: cluster, machines and disks, networks, identities. */
export const RESOURCE_PROVIDERS: readonly string[] = [
  "Microsoft.Compute",
  "Microsoft.ContainerService",
  "Microsoft.ManagedIdentity",
  "Microsoft.Network",
];

/**
 * The session at Azure, and for each subscription its resource providers and quotas, asked through the Azure CLI.
 *
 * @param subscription of regions that name none: `azure-native:subscriptionId`; undefined for that of the session.
 */
export function azureChecks(config: Config, subscription: string | undefined, shell: Shell): Check[] {
  const regions = config.regions.filter((region): region is AzureRegion => region.cloud === "azure");
  const subscriptions = new Map<string | undefined, AzureRegion[]>();
  for (const region of regions) {
    const id = region.subscription ?? subscription;
    subscriptions.set(id, [...(subscriptions.get(id) ?? []), region]);
  }
  return [...subscriptions].flatMap(([id, inSubscription]) => {
    const hasVaults = inSubscription.some((region) => keyStoreOf(config.besu, region) === "keyVault");
    const needed = [...RESOURCE_PROVIDERS, ...(hasVaults ? ["Microsoft.KeyVault"] : [])];
    return ofSubscription(id, { regions: inSubscription, needed }, shell);
  });
}

interface InSubscription {
  readonly regions: readonly AzureRegion[];
  /** The namespaces of the resource providers that the regions need. */
  readonly needed: readonly string[];
}

function ofSubscription(
  id: string | undefined,
  { regions, needed: namespaces }: InSubscription,
  shell: Shell,
): Check[] {
  const which = id ?? "the session";
  const az = (...args: readonly string[]) =>
    shell("az", [...args, "--output", "json", ...(id === undefined ? [] : ["--subscription", id])]);
  const locations = [...new Set(regions.map(({ location }) => location))];
  return [
    { name: `Azure: subscription ${id ?? "of the session"}`, required: true, look: session },
    { name: `Azure: resource providers of ${which}`, required: true, look: providers },
    ...locations.map((location) => ({
      name: `Azure: quotas in ${location}`,
      // Not everybody may read quotas, and Azure enforces them in any case.
      required: false,
      look: () =>
        quotas(
          location,
          regions.filter((region) => region.location === location),
        ),
    })),
  ];

  async function session(): Promise<Verdict> {
    const result = await az("account", "show");
    const account = jsonOf(result) as
      | { readonly id?: string; readonly name?: string; readonly state?: string }
      | undefined;
    if (account?.id === undefined) {
      const why = failureOf("az", result);
      return result.code === "missing" || result.code === "silent"
        ? unknown(why, "Install the Azure CLI, or be certain that the variables ARM_* identify you.")
        : missing(
            why,
            id === undefined ? "az login" : `az login, with an account that sees the subscription ${id}`,
          );
    }
    return account.state !== undefined && account.state !== "Enabled"
      ? missing(
          `the subscription ${account.id} is ${account.state}`,
          "Choose another subscription, or have it enabled.",
        )
      : ok(`${account.name ?? account.id} (${account.id})`);
  }

  async function providers(): Promise<Verdict> {
    const result = await az("provider", "list");
    const answer = jsonOf(result) as
      | readonly { readonly namespace: string; readonly registrationState: string }[]
      | undefined;
    if (!Array.isArray(answer)) {
      return unknown(failureOf("az", result));
    }
    const states = new Map(
      answer.map(({ namespace, registrationState }) => [namespace.toLowerCase(), registrationState]),
    );
    const absent = namespaces.filter((name) => states.get(name.toLowerCase()) !== "Registered");
    const flag = id === undefined ? "" : ` --subscription ${id}`;
    return absent.length === 0
      ? ok(`${namespaces.join(", ")} are registered`)
      : missing(
          `${absent.join(", ")} ${absent.length === 1 ? "is" : "are"} not registered`,
          absent.map((name) => `az provider register --namespace ${name}${flag}`).join("; "),
        );
  }

  async function quotas(location: string, inLocation: readonly AzureRegion[]): Promise<Verdict> {
    const [machines, network] = await Promise.all([
      az("vm", "list-usage", "--location", location),
      az("network", "list-usages", "--location", location),
    ]);
    const vcpus = usageOf(jsonOf(machines), /^cores$/);
    const addresses = usageOf(jsonOf(network), /^StandardSkuPublicIpAddresses$/i);
    const needed = azureDemand(inLocation);
    if (needed.vcpus === undefined || vcpus === undefined || addresses === undefined) {
      return unknown(
        needed.vcpus === undefined
          ? "the names of the VM sizes do not say their vCPUs"
          : machines.code === 0 && network.code === 0
            ? "the answers of Azure name no limit of vCPUs or of public addresses"
            : failureOf("az", machines.code === 0 ? network : machines),
      );
    }
    const short = [
      ...(needed.vcpus > vcpus.limit ? [`needs ${needed.vcpus} vCPUs of ${vcpus.limit}`] : []),
      ...(needed.addresses > addresses.limit
        ? [`needs ${needed.addresses} public addresses of ${addresses.limit}`]
        : []),
    ];
    return short.length > 0
      ? missing(
          short.join(", "),
          "Ask for more: https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade",
        )
      : ok(
          `needs ${needed.vcpus} of ${vcpus.limit} vCPUs (${vcpus.used} are in use) and ${needed.addresses} of ${addresses.limit} public addresses (${addresses.used}); the limits of families of machines are not compared`,
        );
  }
}

/** What regions in one location need: vCPUs of their nodes, an address for each validator and one for the way out of each cluster. */
export function azureDemand(
  regions: readonly Pick<AzureRegion, "validators" | "systemVmSize" | "validatorVmSize">[],
): { readonly vcpus: number | undefined; readonly addresses: number } {
  const vcpus = regions.map(({ validators, systemVmSize, validatorVmSize }) => {
    const [system, validator] = [vcpusOf(systemVmSize), vcpusOf(validatorVmSize)];
    return system === undefined || validator === undefined
      ? undefined
      : SYSTEM_NODES * system + validators * validator;
  });
  return {
    vcpus: vcpus.some((count) => count === undefined)
      ? undefined
      : vcpus.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    addresses: regions.reduce((sum, { validators }) => sum + validators + 1, 0),
  };
}

/** https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions: family, then the number of vCPUs; constrained sizes say it again. */
function vcpusOf(size: string): number | undefined {
  const [, all, constrained] = /^Standard_[A-Z]+?(\d+)(?:-(\d+))?/.exec(size) ?? [];
  const count = constrained ?? all;
  return count === undefined ? undefined : Number(count);
}

/** A quota, and how much of it is in use: also by a network of this config that exists already. */
interface Usage {
  readonly limit: number;
  readonly used: number;
}

function usageOf(usages: unknown, name: RegExp): Usage | undefined {
  const found = (Array.isArray(usages) ? usages : []).find((usage) => name.test(String(usage?.name?.value)));
  const [limit, used] = [Number(found?.limit), Number(found?.currentValue ?? 0)];
  return found === undefined || Number.isNaN(limit) ? undefined : { limit, used };
}
