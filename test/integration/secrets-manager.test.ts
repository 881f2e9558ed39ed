import { afterAll, beforeAll, expect, it } from "vitest";
import {
  configureCloudStores,
  deployedValidators,
  runningValidators,
  storedSecrets,
} from "../support/besu/cloud-stores";
import { loseState } from "../support/besu/lost-network";
import { Checkout } from "../support/checkout";

/** An AWS region and an Azure region whose keys are in the stores of their clouds; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 19);
configureCloudStores(checkout);

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
    (await storedSecrets(checkout)).map(({ name, isDeleted }) => [
      name.replace(/[0-9a-f]{40}$/, ""),
      isDeleted,
    ]),
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
  expect(await deployedValidators(checkout)).toHaveLength(4);
  expect(await runningValidators(checkout)).toEqual(await deployedValidators(checkout));
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
  expect((await storedSecrets(checkout)).filter(({ isDeleted }) => isDeleted)).toEqual([]);
});

it("a lost state is recovered to its end from both stores, and the network goes on as it was", async () => {
  const before = await runningValidators(checkout);
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
  expect(await runningValidators(checkout)).toEqual(before);
  const now = (await checkout.cloudResources()).map(({ id }) => id).sort();
  // A value of a secret is put again, which makes a version with the same key.
  expect(now.filter((id) => !ids.includes(id)).every((id) => /:secret:.*\|/.test(id))).toBe(true);
  expect(ids.filter((id) => !now.includes(id))).toEqual([]);
  const again = await checkout.up();
  expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});
