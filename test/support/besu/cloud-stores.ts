import type { Checkout } from "../checkout";

/** Configures a network of four validators in an AWS region and an Azure region whose keys are in the stores of their clouds. */
export function configureCloudStores(checkout: Checkout): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:besu", "keyStore"], value: "cloud" },
    {
      path: ["chainfleet:regions"],
      value: [
        { cloud: "aws", name: "eu-west-1", validators: 2, rpcNodes: 0 },
        { cloud: "azure", name: "westeurope", validators: 2, rpcNodes: 0 },
      ],
    },
  );
}

/** The secrets of Secrets Manager, by name. */
export async function storedSecrets(checkout: Checkout) {
  return (await checkout.cloudResources())
    .filter(({ type }) => /secretsmanager.*:(Deleted)?Secret$/.test(type))
    .map(({ type, name, id }) => ({ isDeleted: type.endsWith(":DeletedSecret"), name, id }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The addresses of the validators whose nodes run, ascending. */
export async function runningValidators(checkout: Checkout): Promise<readonly (string | undefined)[]> {
  const control = checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"];
  const response = await fetch(`${control}/nodes`, { headers: { connection: "close" } });
  const nodes = (await response.json()) as readonly { readonly account?: string }[];
  return nodes.map(({ account }) => account).sort();
}

/** The addresses of the validators in the stack's outputs, ascending. */
export async function deployedValidators(checkout: Checkout): Promise<readonly string[]> {
  const { regions } = await checkout.outputs();
  return regions.flatMap(({ validators }: { validators: string[] }) => validators).toSorted();
}
