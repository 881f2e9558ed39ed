import { writeFileSync } from "node:fs";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  configureCloudStores,
  deployedValidators,
  runningValidators,
  storedSecrets,
} from "../support/besu/cloud-stores";
import { networkIdentity } from "../support/besu/network-identity";
import { Checkout } from "../support/checkout";

/** A network with keys in Secrets Manager, what is left of it, and its return; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 29);
configureCloudStores(checkout);
// A vault that comes back is in the way of the up after a restore: docs/keys.md.
checkout.configure({ path: ["chainfleet:regions", 1, "keyStore"], value: "kubernetes" });

const chainfleet = (...args: readonly string[]) => checkout.chainfleet(...args).finished;
/** A machine that does other things, too, answers late. */
const PATIENTLY = ["--timeout", "600"];

/** What a person does with the clouds' own command lines. */
const inCloud = async (path: string) => {
  const control = checkout.environment()["CHAINFLEET_LOCAL_CLOUD_CONTROL"];
  const response = await fetch(`${control}${path}`, {
    method: "POST",
    headers: { connection: "close" },
  });
  expect(response.status, await response.text()).toBe(200);
};

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
});

afterAll(async () => {
  await checkout.close();
});

let first: { readonly validators: readonly string[]; readonly genesis: readonly string[] };
let kept: Awaited<ReturnType<typeof storedSecrets>>;

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
  first = { validators: await deployedValidators(checkout), genesis: await genesis() };
  kept = await storedSecrets(checkout);
  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  expect(await storedSecrets(checkout)).toEqual(kept.map((secret) => ({ ...secret, isDeleted: true })));
  // What was made and not answered for is looked up and taken over.
  const lost = ["aws:secretsmanager/*", "aws:eks/podIdentityAssociation:*", "aws:iam/rolePolicy:*"];
  await checkout.setFaults(
    lost.map((type) => ({
      match: { type, operation: "create" },
      action: "created-but-504",
      times: 1,
    })),
  );
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  await checkout.setFaults([]);
  expect((await storedSecrets(checkout)).filter(({ isDeleted }) => !isDeleted)).toHaveLength(2);
  expect((await storedSecrets(checkout)).filter(({ isDeleted }) => isDeleted)).toHaveLength(2);
  expect(await runningValidators(checkout)).toEqual(await deployedValidators(checkout));
  expect(await deployedValidators(checkout)).not.toEqual(first.validators);
});

it("a backup founds the first network again, with its keys in the stores that came back", async () => {
  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  // As docs/keys.md says: the secrets come back first, by hand.
  for (const { id } of kept) {
    await inCloud(`/secrets/restore?arn=${encodeURIComponent(id)}`);
  }
  const restored = await chainfleet(
    ...["keys", "restore", "--stack", "dev", "--file", "keys.age", "--identity", "identity.txt"],
    ...["--yes", "--json", ...PATIENTLY],
  );
  expect(restored.code, restored.output).toBe(0);
  expect(JSON.parse(restored.stdout).takenOver).toEqual(
    expect.arrayContaining(["eu-west-1-validator-0-key", "eu-west-1-validator-1-key"]),
  );
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
  expect({ validators: await deployedValidators(checkout), genesis: await genesis() }).toEqual(first);
  expect(await runningValidators(checkout)).toEqual(first.validators);
  expect((await storedSecrets(checkout)).filter(({ isDeleted }) => !isDeleted)).toEqual(kept);
});
