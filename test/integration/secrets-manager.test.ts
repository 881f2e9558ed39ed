import { writeFileSync } from "node:fs";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loseState } from "../support/besu/lost-network";
import { networkIdentity } from "../support/besu/network-identity";
import { Checkout } from "../support/checkout";

/** An AWS region and an Azure region whose keys are in the stores of their clouds; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 19);
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

const ofType = async (type: RegExp) =>
  (await checkout.cloudResources()).filter((each) => type.test(each.type));
const secrets = async () =>
  (await ofType(/secretsmanager.*:(Deleted)?Secret$/))
    .map(({ type, name, id }) => ({ isDeleted: type.endsWith(":DeletedSecret"), name, id }))
    .sort((a, b) => a.name.localeCompare(b.name));

/** The addresses of the validators whose nodes run, ascending. */
const running = async () => {
  const control = checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"];
  const nodes = (await (await fetch(`${control}/nodes`)).json()) as readonly { readonly account?: string }[];
  return nodes.map(({ account }) => account).sort();
};

const inState = async (): Promise<readonly string[]> => {
  const { regions } = await checkout.outputs();
  return regions.flatMap(({ validators }: { validators: string[] }) => validators).toSorted();
};

/** What a person does with the clouds' own command lines. */
const inCloud = async (path: string, body?: object) => {
  const control = checkout.environment()["CHAINFLEET_LOCAL_CLOUD_CONTROL"];
  const response = await fetch(`${control}${path}`, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status, await response.text()).toBe(200);
};

const chainfleet = (...args: readonly string[]) => checkout.chainfleet(...args).finished;
/** A machine that does other things, too, answers late. */
const PATIENTLY = ["--timeout", "600"];

let privateKeys: readonly string[];

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
});

afterAll(async () => {
  await checkout.close();
});

it("the keys are in Secrets Manager, and the cluster has only the names of the secrets", async () => {
  const inClusters = await checkout.objects("api/v1/secrets?labelSelector=app.kubernetes.io/name=besu");
  expect(inClusters).toEqual([]);
  expect(
    (await secrets()).map(({ name, isDeleted }) => [name.replace(/[0-9a-f]{40}$/, ""), isDeleted]),
  ).toEqual([
    ["chain138-eu-west-1-validator-0-", false],
    ["chain138-eu-west-1-validator-1-", false],
  ]);
  const classes = await checkout.objects("apis/secrets-store.csi.x-k8s.io/v1/secretproviderclasses");
  expect(
    classes.map(({ metadata, spec }) => `${metadata.namespace}/${metadata.name} ${spec.provider}`).sort(),
  ).toEqual([
    "chain138-eu-west-1/validator-0-key aws",
    "chain138-eu-west-1/validator-1-key aws",
    "chain138-westeurope/validator-0-key azure",
    "chain138-westeurope/validator-1-key azure",
  ]);
});

it("each node gets its own key with the identity of its pod", async () => {
  expect(await inState()).toHaveLength(4);
  expect(await running()).toEqual(await inState());
});

it("a second run changes nothing, and neither does one after a refresh, and no key is readable in the state", async () => {
  const again = await checkout.up();
  expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  const refreshed = await checkout.pulumi("refresh", "--yes").finished;
  expect(refreshed.code, refreshed.output).toBe(0);
  const after = await checkout.up();
  expect(after.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  const shown = await checkout.pulumi("stack", "export", "--show-secrets").finished;
  const keys = [...new Set([...shown.stdout.matchAll(/0x[0-9a-f]{64}/g)].map(([key]) => key))];
  const stored: readonly string[] = JSON.parse(shown.stdout).deployment.resources.flatMap(
    ({ type, outputs }: { type: string; outputs?: { privateKey?: { plaintext?: string } } }) =>
      type.endsWith(":ValidatorKey") ? [JSON.parse(outputs?.privateKey?.plaintext ?? '""')] : [],
  );
  expect(stored).toHaveLength(4);
  expect(keys).toEqual(expect.arrayContaining([...stored]));
  const { stdout } = await checkout.pulumi("stack", "export").finished;
  expect(stored.filter((key) => stdout.includes(key))).toEqual([]);
  privateKeys = stored;
});

it("another store is refused before anything changes", async () => {
  checkout.configure({ path: ["chainfleet:besu", "keyStore"], value: "kubernetes" });
  const { code, output } = await checkout.up();
  checkout.configure({ path: ["chainfleet:besu", "keyStore"], value: "cloud" });
  expect(code).toBe(1);
  expect(output).toContain("KEY_STORE_FIXED");
  expect(output).toContain("keyStore of the region eu-west-1 is kubernetes");
  expect((await secrets()).filter(({ isDeleted }) => isDeleted)).toEqual([]);
});

it("a lost state is recovered to its end from both stores, and the network goes on as it was", async () => {
  const before = await running();
  const ids = (await checkout.cloudResources()).map(({ id }) => id).sort();
  await loseState(checkout);
  const refused = await checkout.up();
  expect(refused.code, refused.output).toBe(1);
  expect(refused.output).toContain("eu-west-1, namespace chain138-eu-west-1: validator-0, validator-1");
  const recovered = await chainfleet("recover", "keys", "--stack", "dev", "--yes", "--json", ...PATIENTLY);
  expect(recovered.code, recovered.output).toBe(0);
  expect(privateKeys.filter((key) => recovered.output.includes(key.slice(2)))).toEqual([]);
  const result = JSON.parse(recovered.stdout);
  expect(result.recovered.map(({ address }: { address: string }) => address).toSorted()).toEqual(before);
  expect(result.takenOver).toEqual(
    expect.arrayContaining([
      "eu-west-1-keys-association",
      "eu-west-1-keys-role",
      "eu-west-1-pod-identity-agent",
      "eu-west-1-secrets-driver",
      "eu-west-1-validator-0-key",
      "eu-west-1-validator-0-key-reader",
      "westeurope-vault",
    ]),
  );
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
  expect(await running()).toEqual(before);
  const now = (await checkout.cloudResources()).map(({ id }) => id).sort();
  // A value of a secret is put again, which makes a version with the same key.
  expect(now.filter((id) => !ids.includes(id)).every((id) => /:secret:.*\|/.test(id))).toBe(true);
  expect(ids.filter((id) => !now.includes(id))).toEqual([]);
  const again = await checkout.up();
  expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});

let first: { readonly validators: readonly string[]; readonly genesis: readonly string[] };
let vault: string | undefined;
let kept: Awaited<ReturnType<typeof secrets>>;

const genesis = async () => [
  ...new Set((await networkIdentity(checkout)).genesis.map((line) => line.replace(/^\S+ \S+ /, ""))),
];

it("a network that was deleted leaves its secrets, and the next one has secrets of its own", async () => {
  const identity = await generateIdentity();
  writeFileSync(checkout.path("identity.txt"), `${identity}\n`);
  const recipient = await identityToRecipient(identity);
  const saved = await chainfleet(
    ...["keys", "backup", "--stack", "dev", "--file", "keys.age", "--recipient", recipient],
  );
  expect(saved.code, saved.output).toBe(0);
  first = { validators: await inState(), genesis: await genesis() };
  kept = await secrets();
  vault = (await ofType(/keyvault:Vault$/))[0]?.name;
  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  expect(await secrets()).toEqual(kept.map((secret) => ({ ...secret, isDeleted: true })));
  // What was made and not answered for is looked up and taken over.
  const lost = ["aws:secretsmanager/*", "aws:eks/podIdentityAssociation:*", "aws:iam/rolePolicy:*"];
  await checkout.setFaults(
    [...lost, "azure-native:keyvault:*"].map((type) => ({
      match: { type, operation: "create" },
      action: "created-but-504",
      times: 1,
    })),
  );
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  await checkout.setFaults([]);
  expect((await secrets()).filter(({ isDeleted }) => !isDeleted)).toHaveLength(2);
  expect((await secrets()).filter(({ isDeleted }) => isDeleted)).toHaveLength(2);
  expect(await running()).toEqual(await inState());
  expect(await inState()).not.toEqual(first.validators);
});

it("a backup founds the first network again, with its keys in the stores that came back", async () => {
  const groups = (await ofType(/:ResourceGroup$/)).map(({ id }) => id);
  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  // As docs/keys.md says: the stores come back first, by hand.
  for (const { id } of kept) {
    await inCloud(`/secrets/restore?arn=${encodeURIComponent(id)}`);
  }
  const [group] = groups.filter((id) => id.endsWith("/chain138-westeurope"));
  await inCloud("/resource-groups", { id: group, location: "westeurope" });
  await inCloud(`/vaults/recover?name=${vault}`);
  const restored = await chainfleet(
    ...["keys", "restore", "--stack", "dev", "--file", "keys.age", "--identity", "identity.txt"],
    ...["--yes", "--json", ...PATIENTLY],
  );
  expect(restored.code, restored.output).toBe(0);
  expect(JSON.parse(restored.stdout).takenOver).toEqual(
    expect.arrayContaining(["eu-west-1-validator-0-key", "eu-west-1-validator-1-key", "westeurope-vault"]),
  );
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
  expect({ validators: await inState(), genesis: await genesis() }).toEqual(first);
  expect(await running()).toEqual(first.validators);
  expect((await secrets()).filter(({ isDeleted }) => !isDeleted)).toEqual(kept);
});
