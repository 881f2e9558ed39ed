import fc from "fast-check";
import { expect, test } from "vitest";
import { planRelease, type SurveyedGroup } from "./plan";

const refresh = {
  skipMatching: true,
  autoRollback: true,
  alarms: [],
  whenRunning: "wait",
  wait: true,
  pollSeconds: 15,
} as const;

function group(name: string, fields: Partial<SurveyedGroup> = {}): SurveyedGroup {
  return {
    name,
    autoScalingGroup: `shop-${name}`,
    region: "eu-west-1",
    strategy: "rolling",
    roles: [],
    primaryRoles: [],
    refresh,
    template: { id: `lt-${name}`, name },
    baseVersion: 1,
    baseImage: "ami-1",
    lineage: undefined,
    subnetId: "subnet-1",
    mixedInstancesPolicy: undefined,
    instances: [],
    ...fields,
  };
}

test("groups with the same image share an instance, which has the roles of all of them", () => {
  const { images, versions } = planRelease([
    group("web", { roles: ["web"] }),
    group("app", { roles: ["app", "db"] }),
  ]);
  expect(images).toEqual([
    {
      key: "eu-west-1-app",
      region: "eu-west-1",
      lineage: "app",
      sourceImage: "ami-1",
      launchFrom: { templateId: "lt-app", version: 1, subnetId: "subnet-1" },
      groups: ["web", "app"],
      roles: ["app", "db", "web"],
    },
  ]);
  expect(versions.map(({ key, image }) => [key, image])).toEqual([
    ["eu-west-1-web", "eu-west-1-app"],
    ["eu-west-1-app", "eu-west-1-app"],
  ]);
});

test("an image keeps the name of the image that it was made from, whichever groups use it", () => {
  const lineage = "app";
  const { images } = planRelease([
    group("web", { baseImage: "ami-9", lineage }),
    group("app", { baseImage: "ami-5" }),
    group("jobs", { baseImage: "ami-9", lineage }),
  ]);
  expect(images.map(({ key, sourceImage }) => [key, sourceImage])).toEqual([
    ["eu-west-1-app", "ami-9"],
    ["eu-west-1-app-ami-5", "ami-5"],
  ]);
});

test("the same image in two locations is two images", () => {
  expect(planRelease([group("web"), group("app", { region: "us-east-1" })]).images).toHaveLength(2);
});

test("groups with one template share the version and the retention", () => {
  const template = { id: "lt-shared", name: "shared" };
  const { versions, refreshes, retentions } = planRelease([
    group("web", { template }),
    group("app", { template }),
  ]);
  expect(versions).toHaveLength(1);
  expect(refreshes.map(({ version }) => version)).toEqual(["eu-west-1-shared", "eu-west-1-shared"]);
  expect(retentions).toEqual([
    {
      key: "eu-west-1-shared",
      region: "eu-west-1",
      template,
      versions: ["eu-west-1-shared"],
      groups: ["web", "app"],
    },
  ]);
});

test("groups that use different versions of one template get a version each, and one retention", () => {
  const template = { id: "lt-shared", name: "shared" };
  const { versions, retentions } = planRelease([
    group("web", { template, baseVersion: 3 }),
    group("app", { template, baseVersion: 5, baseImage: "ami-2" }),
  ]);
  expect(versions.map(({ key, baseVersion, image }) => [key, baseVersion, image])).toEqual([
    ["eu-west-1-shared-from-3", 3, "eu-west-1-shared"],
    ["eu-west-1-shared-from-5", 5, "eu-west-1-shared-ami-2"],
  ]);
  expect(retentions.map((retention) => retention.versions)).toEqual([
    ["eu-west-1-shared-from-3", "eu-west-1-shared-from-5"],
  ]);
});

test("a group with the strategy standard has no image, version, refresh or retention", () => {
  const web = group("web", { strategy: "standard" });
  expect(planRelease([web])).toEqual({
    images: [],
    versions: [],
    refreshes: [],
    retentions: [],
    standardGroups: [web],
  });
});

const anyGroups = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,6}$/),
      region: fc.constantFrom("eu-west-1", "us-east-1"),
      strategy: fc.constantFrom("rolling", "standard"),
      template: fc.constantFrom("a", "b", "c").map((name) => ({ id: `lt-${name}`, name })),
      baseVersion: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: ({ name }) => name, maxLength: 16 },
  )
  // One version of a template names one image.
  .map((fields) =>
    fields.map(({ name, ...rest }) =>
      group(name, {
        ...rest,
        baseImage: `ami-${(rest.template.name.charCodeAt(0) * 7 + rest.baseVersion) % 4}`,
      } as Partial<SurveyedGroup>),
    ),
  );

test("every rolling group has exactly one refresh, to a version of its own template with the image of its base version", () => {
  fc.assert(
    fc.property(anyGroups, (groups) => {
      const { refreshes, versions, images } = planRelease(groups);
      const rolling = groups.filter(({ strategy }) => strategy === "rolling");
      expect(refreshes.map((planned) => planned.group)).toEqual(rolling);
      for (const { group: refreshed, version } of refreshes) {
        const [own, ...others] = versions.filter(({ key }) => key === version);
        expect(others).toEqual([]);
        expect([own?.template, own?.baseVersion, own?.region]).toEqual([
          refreshed.template,
          refreshed.baseVersion,
          refreshed.region,
        ]);
        const [image] = images.filter(({ key }) => key === own?.image);
        expect([image?.sourceImage, image?.region]).toEqual([refreshed.baseImage, refreshed.region]);
        expect(image?.groups).toContain(refreshed.name);
      }
    }),
  );
});

test("as many instances are launched as there are images in locations, in whatever order the groups stand", () => {
  fc.assert(
    fc.property(anyGroups, fc.infiniteStream(fc.nat()), (groups, numbers) => {
      const shuffled = groups
        .map((entry) => ({ entry, place: numbers.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ entry }) => entry);
      const keyed = (planned: ReturnType<typeof planRelease>) =>
        new Map(planned.images.map(({ key, launchFrom, sourceImage }) => [key, { launchFrom, sourceImage }]));
      const expected = new Set(
        groups
          .filter(({ strategy }) => strategy === "rolling")
          .map(({ region, baseImage }) => `${region}/${baseImage}`),
      );
      const plan = planRelease(groups);
      expect(new Set(plan.images.map(({ region, sourceImage }) => `${region}/${sourceImage}`))).toEqual(
        expected,
      );
      expect(keyed(plan).size).toBe(expected.size);
      expect(keyed(planRelease(shuffled))).toEqual(keyed(plan));
    }),
  );
});
