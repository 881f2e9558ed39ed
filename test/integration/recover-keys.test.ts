import { statSync, writeFileSync } from "node:fs";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configureTwoClusters, loseState } from "../support/besu/lost-network";
import { type NetworkIdentity, networkIdentity } from "../support/besu/network-identity";
import { Checkout } from "../support/checkout";

/** A network on two existing clusters; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 11);

configureTwoClusters(checkout);

let first: NetworkIdentity;

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  first = await networkIdentity(checkout);
  expect(first.keys).toHaveLength(4);
});

afterAll(async () => {
  await checkout.close();
});

const recover = (...options: readonly string[]) =>
  checkout.chainfleet("recover", "keys", "--stack", "dev", ...options).finished;

describe("a network whose state is lost", () => {
  it("is not founded again: up refuses before it makes a key, and names the command", async () => {
    await loseState(checkout);
    const { code, output } = await checkout.up();
    expect(code, output).toBe(1);
    expect(output).toContain("STATE_LOST");
    expect(output).toContain("recover keys --stack dev");
    expect(output).toContain("north, namespace chain138-north: validator-0, validator-1");
    const { resources = [] } = await checkout.state();
    expect(resources.filter(({ type }) => /ValidatorKey|Genesis|:Chain$|kubernetes:/.test(type))).toEqual([]);
    expect(await networkIdentity(checkout)).toEqual(first);
  });
  it("is refused in a preview too", async () => {
    const { code, output } = await checkout.chainfleet("preview", "--stack", "dev").finished;
    expect(code, output).toBe(1);
    expect(output).toContain("STATE_LOST");
  });

  it("is previewed, and not changed without a confirmation", async () => {
    const preview = await recover("--preview");
    expect(preview.code, preview.output).toBe(0);
    expect(preview.stdout.match(/to be recovered/g)).toHaveLength(4);
    const refused = await recover();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("CONFIRMATION_IMPOSSIBLE");
    expect((await checkout.state()).resources ?? []).not.toContainEqual(
      expect.objectContaining({ type: expect.stringContaining("ValidatorKey") }),
    );
  });

  it("gets its keys and its genesis back, encrypted, and a second recovery finds nothing to do", async () => {
    const recovered = await recover("--yes", "--json");
    expect(recovered.code, recovered.output).toBe(0);
    expect(JSON.parse(recovered.stdout)).toMatchObject({
      recovered: [
        { region: "north", validator: "validator-0" },
        { region: "north", validator: "validator-1" },
        { region: "south", validator: "validator-0" },
        { region: "south", validator: "validator-1" },
      ],
      known: [],
      withoutKey: [],
    });
    const state = JSON.stringify(await checkout.state());
    for (const key of first.keys) {
      const privateKey = Buffer.from(key.split(" ")[2] ?? "", "base64").toString();
      expect(privateKey).toMatch(/^0x[0-9a-f]{64}$/);
      expect(`${state}${recovered.output}`).not.toContain(privateKey.slice(2));
    }
    const again = await recover("--yes", "--json");
    expect(again.code, again.output).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ recovered: [] });
  });

  it("goes on with the same keys, the same genesis and the same validators", async () => {
    const { code, output, summary } = await checkout.up();
    expect(code, output).toBe(0);
    expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
    const made = checkout
      .eventsOfLastRun()
      .flatMap(({ event }) => event.resOutputsEvent?.metadata ?? [])
      .filter(({ op, type }) => op === "create" && /ValidatorKey|Genesis|:Chain$/.test(type));
    expect(made).toEqual([]);
    expect(await networkIdentity(checkout)).toEqual(first);
    const again = await checkout.up();
    expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });

  it("can be changed as before: nothing belongs to the field managers of the lost state", async () => {
    checkout.configure(
      { path: ["chainfleet:besu", "image"], value: "hyperledger/besu:26.8.1" },
      { path: ["chainfleet:regions", 1, "p2pAddresses"], value: ["198.51.100.20", "198.51.100.22"] },
    );
    const { code, output, summary } = await checkout.up();
    expect(code, output).toBe(0);
    expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
    expect(summary.changes.update).toBeGreaterThan(4);
    configureTwoClusters(checkout, { path: ["chainfleet:besu", "image"], value: "hyperledger/besu:26.9.0" });
    const back = await checkout.up();
    expect(back.code, back.output).toBe(0);
  });

  it("gets no new key for a validator that an old state lacks, and takes the key over", async () => {
    const before = await networkIdentity(checkout);
    expect(before.keys).toEqual(first.keys);
    const { resources = [], ...rest } = await checkout.state();
    const lacking = resources.filter(
      ({ type, urn }) =>
        /:Stack$|:pulumi-nodejs$|:BesuNetwork$|:Chain$|:Genesis$|:ValidatorKey$/.test(type) &&
        !urn.endsWith("::south-validator-1-node-key"),
    );
    // The genesis depends on all keys.
    const old = lacking.map(({ dependencies: _, propertyDependencies: __, ...resource }) => resource);
    writeFileSync(
      checkout.path("old-state.json"),
      JSON.stringify({ version: 3, deployment: { ...rest, resources: old } }),
    );
    const imported = await checkout.pulumi("stack", "import", "--file", "old-state.json").finished;
    expect(imported.code, imported.output).toBe(0);
    const refused = await checkout.up();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("KEY_EXISTS");
    const recovered = await recover("--yes", "--json");
    expect(recovered.code, recovered.output).toBe(0);
    expect(JSON.parse(recovered.stdout).recovered).toMatchObject([
      { region: "south", validator: "validator-1" },
    ]);
    const { code, output } = await checkout.up();
    expect(code, output).toBe(0);
    expect(await networkIdentity(checkout)).toEqual(before);
  });

  it("is founded with the keys of an encrypted backup after everything was deleted", async () => {
    const identity = await generateIdentity();
    writeFileSync(checkout.path("identity.txt"), `${identity}\n`);
    const recipient = await identityToRecipient(identity);
    const backup = () =>
      checkout.chainfleet(
        ...["keys", "backup", "--stack", "dev", "--file", "keys.age", "--recipient", recipient],
      ).finished;
    const saved = await backup();
    expect(saved.code, saved.output).toBe(0);
    expect(statSync(checkout.path("keys.age")).mode & 0o777).toBe(0o600);
    expect((await backup()).output).toContain("BACKUP_EXISTS");
    const down = await checkout.down();
    expect(down.code, down.output).toBe(0);
    expect((await networkIdentity(checkout)).keys).toEqual([]);
    const nothing = await recover("--yes");
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain("KEYS_INCOMPLETE");
    const restored = await checkout.chainfleet(
      ...["keys", "restore", "--stack", "dev", "--file", "keys.age", "--identity", "identity.txt", "--yes"],
    ).finished;
    expect(restored.code, restored.output).toBe(0);
    const { code, output } = await checkout.up();
    expect(code, output).toBe(0);
    // The objects are new ones, with other uids.
    const contents = (lines: readonly string[]) => lines.map((line) => line.replace(/ \S+ /, " "));
    const now = await networkIdentity(checkout);
    expect(contents(now.keys)).toEqual(contents(first.keys));
    expect(contents(now.genesis)).toEqual(contents(first.genesis));
  });
});
