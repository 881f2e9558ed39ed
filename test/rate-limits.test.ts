import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission } from "../components/governor/admission";
import { chargesOf, type Place } from "../components/governor/limits";
import { aws } from "../local/cloud/aws/dialect";
import { azure } from "../local/cloud/azure/dialect";
import type { Dialect } from "../local/cloud/engine/cloud/dialect";
import { Buckets } from "../local/cloud/engine/conditions/buckets";

/** A creation, with the seconds for which the request is on its way. */
interface Creation {
  readonly dialect: Dialect;
  readonly place: Place;
  readonly type: string;
  readonly latency: number;
}

const creations = (dialect: Dialect, cloud: Place["cloud"], locations: readonly string[]) =>
  fc.record({
    dialect: fc.constant(dialect),
    place: fc.record({ cloud: fc.constant(cloud), location: fc.constantFrom(...locations) }),
    type: fc.constantFrom(...dialect.kinds.keys()),
    latency: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
  });

/** More than any bucket holds, in few locations, all at the same moment. */
const load = fc.array(
  fc.oneof(
    creations(azure, "azure", ["eastus", "westeurope"]),
    creations(aws, "aws", ["us-west-2"]),
  ) as fc.Arbitrary<Creation>,
  { minLength: 300, maxLength: 600 },
);

/** The number of requests that the simulated clouds refuse if each creation is sent at its time. */
function refusals(sent: readonly (Creation & { readonly at: number })[]): number {
  const buckets = new Buckets();
  const scope = { account: "a", principal: "p" } as Parameters<Dialect["limits"]>[2];
  return sent
    .map((creation) => ({ ...creation, arrival: creation.at + creation.latency }))
    .sort((one, other) => one.arrival - other.arrival)
    .flatMap(({ dialect, place, type, arrival }) => {
      const kind = dialect.kinds.get(type);
      const verbs = dialect.readsBeforeCreate ? (["read", "create", "read"] as const) : (["create"] as const);
      return kind === undefined
        ? []
        : verbs.map((verb) =>
            buckets.take(
              dialect.limits(kind, verb, { ...scope, region: place.location }, place.location),
              arrival,
            ),
          );
    })
    .filter((wait) => wait > 0).length;
}

/** The times at which the governor admits the creations. */
function governed(wanted: readonly Creation[]): (Creation & { readonly at: number })[] {
  const admission = new Admission();
  const admitted: (Creation & { readonly at: number })[] = [];
  let now = 0;
  for (const creation of wanted) {
    const charges = chargesOf(creation.place, creation.type, "create", { refillFactor: 1 });
    admission.request(charges, now, () => admitted.push({ ...creation, at: now }));
  }
  for (let delay = admission.delay(now); delay !== undefined; delay = admission.delay(now)) {
    now += delay;
    admission.advance(now);
  }
  return admitted;
}

describe("the rate limits of the simulated clouds", () => {
  it("are never exceeded by governed creations, and always by the same creations all at once", () => {
    fc.assert(
      fc.property(load, (wanted) => {
        const sent = governed(wanted);
        expect(sent).toHaveLength(wanted.length);
        expect(refusals(sent)).toBe(0);
        expect(refusals(wanted.map((creation) => ({ ...creation, at: 0 })))).toBeGreaterThan(0);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});
