import { afterAll, beforeAll, expect, it } from "vitest";
import { loseState } from "../support/besu/lost-network";
import { Checkout } from "../support/checkout";

/** Two Azure regions whose keys are in vaults; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 17);
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  { path: ["chainfleet:besu", "keyStore"], value: "cloud" },
  {
    path: ["chainfleet:regions"],
    value: [
      {
        cloud: "azure",
        name: "eastus",
        validators: 2,
        rpcNodes: 0,
        apiAllowedCidrs: ["203.0.113.0/24"],
      },
      { cloud: "azure", name: "westeurope", validators: 1, rpcNodes: 0 },
      { cloud: "azure", name: "northeurope", validators: 1, rpcNodes: 0, keyStore: "kubernetes" },
    ],
  },
);

const vaults = async () =>
  (await checkout.cloudResources())
    .filter(({ type }) => /:(Deleted)?Vault$/.test(type))
    .map(({ type, name }) => ({ isDeleted: type.endsWith(":DeletedVault"), name }))
    .sort((a, b) => a.name.localeCompare(b.name));

/** The addresses of the validators whose nodes run, ascending. */
const running = async () => {
  const control = checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"];
  const nodes = (await (await fetch(`${control}/nodes`)).json()) as readonly { readonly account?: string }[];
  return nodes.map(({ account }) => account).sort();
};

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
});

afterAll(async () => {
  await checkout.close();
});

it("the keys are in the vaults, and the clusters have only the names of the secrets", async () => {
  const secrets = await checkout.objects("api/v1/secrets?labelSelector=app.kubernetes.io/name=besu");
  expect(secrets.map(({ metadata }) => metadata.namespace)).toEqual(["chain138-northeurope"]);
  expect((await vaults()).map(({ isDeleted }) => isDeleted)).toEqual([false, false]);
  const classes = await checkout.objects("apis/secrets-store.csi.x-k8s.io/v1/secretproviderclasses");
  expect(classes.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual([
    "chain138-eastus/validator-0-key",
    "chain138-eastus/validator-1-key",
    "chain138-westeurope/validator-0-key",
  ]);
});

it("each node gets its own key with the identity of its pod", async () => {
  const { regions } = await checkout.outputs();
  const validators = regions.flatMap(({ validators }: { validators: string[] }) => validators);
  expect(validators).toHaveLength(4);
  expect(await running()).toEqual(validators.toSorted());
});

it("no key is readable in the state", async () => {
  const keys = await checkout.pulumi("stack", "export", "--show-secrets").finished;
  const plain = [...keys.stdout.matchAll(/0x[0-9a-f]{64}/g)].map(([key]) => key);
  const stored = JSON.parse(keys.stdout).deployment.resources.flatMap(
    ({ type, outputs }: { type: string; outputs?: { privateKey?: { plaintext?: string } } }) =>
      type.endsWith(":ValidatorKey") ? [JSON.parse(outputs?.privateKey?.plaintext ?? '""')] : [],
  );
  expect(stored).toHaveLength(4);
  expect(plain).toEqual(expect.arrayContaining(stored));
  const { stdout } = await checkout.pulumi("stack", "export").finished;
  expect(stored.filter((key: string) => stdout.includes(key))).toEqual([]);
});

it("a second run changes nothing, and neither does one after a refresh", async () => {
  const again = await checkout.up();
  expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  const refreshed = await checkout.pulumi("refresh", "--yes").finished;
  expect(refreshed.code, refreshed.output).toBe(0);
  const after = await checkout.up();
  expect(after.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});

it("another store is refused before anything changes", async () => {
  checkout.configure({ path: ["chainfleet:besu", "keyStore"], value: "kubernetes" });
  const { code, output } = await checkout.up();
  checkout.configure({ path: ["chainfleet:besu", "keyStore"], value: "cloud" });
  expect(code).toBe(1);
  expect(output).toContain("KEY_STORE_FIXED");
  expect(output).toContain("keyStore of the region eastus is kubernetes");
  expect((await vaults()).map(({ isDeleted }) => isDeleted)).toEqual([false, false]);
});

it("a network that was deleted leaves its vaults, and the next one has vaults of its own", async () => {
  const before = (await vaults()).map(({ name }) => name);
  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  expect(await vaults()).toEqual(before.map((name) => ({ isDeleted: true, name })));
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  expect((await vaults()).filter(({ isDeleted }) => !isDeleted)).toHaveLength(2);
  expect((await vaults()).filter(({ isDeleted }) => isDeleted).map(({ name }) => name)).toEqual(before);
});

it("a lost state is found out, and the keys are read in the vaults", async () => {
  await loseState(checkout);
  const refused = await checkout.up();
  expect(refused.code, refused.output).toBe(1);
  expect(refused.output).toContain("eastus, namespace chain138-eastus: validator-0, validator-1");
  const recovered = await checkout.chainfleet(...["recover", "keys", "--stack", "dev", "--preview", "--json"])
    .finished;
  expect(recovered.code, recovered.output).toBe(0);
  const found = JSON.parse(recovered.stdout).recovered.map(({ address }: { address: string }) => address);
  expect(found.toSorted()).toEqual(await running());
});
