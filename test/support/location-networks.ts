import { expect } from "vitest";
import type { LocatedCloud } from "../../components/region/locations";
import type { Checkout, KubernetesObject } from "./checkout";

/** A region of a test network. */
export interface TestRegion {
  readonly cloud: LocatedCloud;
  readonly location: string;
  readonly validators: number;
  readonly rpcNodes: number;
}

/** Deploys a network in the given regions, checks the network, destroys it and checks that nothing is left. */
export async function deployAndDestroy(checkout: Checkout, regions: readonly TestRegion[]): Promise<void> {
  configureRegions(checkout, regions);
  await deploy(checkout, regions);
  await destroy(checkout);
}

/** Makes the dev stack a network in the given regions, without contracts. */
export function configureRegions(checkout: Checkout, regions: readonly TestRegion[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    {
      path: ["chainfleet:regions"],
      value: regions.map(({ location, ...region }) => ({ name: location, ...region })),
    },
  );
}

/**
 * Deploys the configured network, and checks that every validator is ready, that its P2P address reaches it, and that
 * neither a second run nor a refresh changes anything.
 */
export async function deploy(checkout: Checkout, regions: readonly TestRegion[]): Promise<void> {
  const up = await checkout.up();
  expect(up.code, up.stderr).toBe(0);
  expect(up.summary.regions.map(({ name, result, validators }) => [name, result, validators])).toEqual(
    regions.map(({ location, validators }) => [location, "succeeded", validators]),
  );
  await expectServedP2pAddresses(checkout, regions);
  const second = await checkout.up();
  expect(second.summary.changes, second.stderr).toMatchObject({
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
  });
  const refresh = await checkout.pulumi("refresh", "--preview-only", "--expect-no-changes").finished;
  expect(refresh.code, refresh.output).toBe(0);
}

/** Destroys the network, and checks that the clouds have no resource left. */
export async function destroy(checkout: Checkout): Promise<void> {
  const down = await checkout.down();
  expect(down.code, down.stderr).toBe(0);
  expect(await checkout.cloudResources()).toEqual([]);
}

/** The stand-in for the load balancers says of each Service whether a target is in use. */
async function expectServedP2pAddresses(checkout: Checkout, regions: readonly TestRegion[]): Promise<void> {
  const expected = regions.reduce((sum, { validators }) => sum + validators, 0);
  await expect
    .poll(
      async () => {
        const services: KubernetesObject[] = await checkout.objects("api/v1/services");
        return services
          .filter(({ spec }) => spec.type === "LoadBalancer")
          .map(({ status }) => {
            const condition = status.conditions?.find(
              ({ type }: KubernetesObject) => type === "chainfleet.local/TargetsInUse",
            );
            return `${condition?.reason} ${condition?.message}`;
          });
      },
      { timeout: 30_000 },
    )
    .toEqual(Array.from({ length: expected }, () => "InUse 1 of 1 targets are in use."));
}
