import fc from "fast-check";
import type { State, StateResource } from "../../engine/state";

/**
 * Generates states of networks as `stacks/network.ts` makes them: shared resources that depend only on shared ones, and for
 * each region a cluster and a site whose resources depend on shared ones and on others of the region.
 */

export const STACK = "prod";

const PREFIX = `urn:pulumi:${STACK}::chainfleet::`;
const STACK_URN = `${PREFIX}pulumi:pulumi:Stack::chainfleet-${STACK}`;
const AZURE = `${PREFIX}pulumi:providers:azure-native::default_3_28_0`;

/** Random numbers from 0 to 999 that choose edges. */
type Choices = readonly number[];

export const generatedNetwork: fc.Arbitrary<{ network: State; regions: readonly string[] }> = fc
  .record({
    regions: fc.uniqueArray(fc.constantFrom("eastus", "westeurope", "tokyo", "onprem"), { minLength: 1 }),
    choices: fc.array(fc.nat({ max: 999 }), { minLength: 40, maxLength: 80 }),
    size: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ regions, choices, size }) => ({ regions, network: networkOf(regions, choices, size) }));

function networkOf(regions: readonly string[], choices: Choices, size: number): State {
  let drawn = 0;
  /** Some of the given URNs. */
  const some = (urns: readonly string[]) =>
    urns.filter(() => (choices[drawn++ % choices.length] ?? 0) % 3 === 0);
  const custom = (fields: Pick<StateResource, "urn" | "type" | "parent"> & Partial<StateResource>) => ({
    custom: true,
    id: `id of ${fields.urn.slice(PREFIX.length)}`,
    inputs: {
      secret: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"k"' },
    },
    outputs: {},
    ...fields,
  });
  const provider = (name: string, type: string, parent: string) =>
    custom({ urn: `${PREFIX}${type}::${name}`, type, parent, id: `uuid-of-${name}` });

  const shared: StateResource[] = [
    custom({
      urn: `${PREFIX}pulumi-nodejs:dynamic/chainfleet:Chain::net`,
      type: "pulumi-nodejs:dynamic/chainfleet:Chain",
      parent: STACK_URN,
    }),
    {
      urn: `${PREFIX}chainfleet:besu:BesuNetwork::net-besu`,
      type: "chainfleet:besu:BesuNetwork",
      parent: STACK_URN,
    },
    ...regions.map((region) => ({
      urn: `${PREFIX}chainfleet:region:AzureRegion::${region}`,
      type: "chainfleet:region:AzureRegion",
      parent: STACK_URN,
    })),
  ];
  for (const { type, urn: parent } of [...shared].filter(({ custom: isCustom }) => isCustom !== true)) {
    for (let index = 0; index < size; index += 1) {
      const earlier = shared.filter(({ custom: isCustom }) => isCustom === true).map(({ urn }) => urn);
      shared.push(
        custom({
          urn: `${PREFIX}${type}$azure-native:network:Part::${parent.split("::").at(-1)}-part-${index}`,
          type: "azure-native:network:Part",
          parent,
          provider: `${AZURE}::uuid-of-default_3_28_0`,
          dependencies: some(earlier),
        }),
      );
    }
  }
  const own = regions.flatMap((region) => ownOf(region));
  return {
    manifest: { version: "v3" },
    secrets_providers: { type: "passphrase" },
    resources: [
      { urn: STACK_URN, custom: false, type: "pulumi:pulumi:Stack", outputs: { regions: [] } },
      provider("default_3_28_0", "pulumi:providers:azure-native", STACK_URN),
      ...shared,
      ...own,
    ],
  };

  function ownOf(region: string): StateResource[] {
    const cluster = `${PREFIX}chainfleet:cluster:AksCluster::${region}-cluster`;
    const site = `${PREFIX}chainfleet:besu:BesuSite::${region}-besu`;
    const kubernetes = provider(`${region}-own-kubernetes`, "pulumi:providers:kubernetes", cluster);
    const resources: StateResource[] = [
      { urn: cluster, type: "chainfleet:cluster:AksCluster", parent: STACK_URN },
      kubernetes,
      { urn: site, type: "chainfleet:besu:BesuSite", parent: STACK_URN },
    ];
    const customUrns = [...shared.filter(({ custom: isCustom }) => isCustom === true).map(({ urn }) => urn)];
    for (let index = 0; index < size; index += 1) {
      const dependencies = some(customUrns);
      const onAzure = index % 2 === 0;
      const resource = custom({
        urn: `${onAzure ? cluster : site}::${region}-own-${index}`
          .replace(`::${region}-cluster::`, "$azure-native:x:Own::")
          .replace(`::${region}-besu::`, "$kubernetes:core/v1:Own::"),
        type: onAzure ? "azure-native:x:Own" : "kubernetes:core/v1:Own",
        parent: onAzure ? cluster : site,
        provider: onAzure ? `${AZURE}::uuid-of-default_3_28_0` : `${kubernetes.urn}::${kubernetes.id}`,
        dependencies,
        propertyDependencies: { inputs: dependencies.slice(0, 1) },
      });
      resources.push(resource);
      customUrns.push(resource.urn);
    }
    return resources;
  }
}
