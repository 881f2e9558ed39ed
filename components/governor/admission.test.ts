import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission, type Charge, type Limit } from "./admission";

const limitOf = (key: string) =>
  fc.record({
    key: fc.constant(key),
    capacity: fc.integer({ min: 1, max: 40 }),
    refillPerSecond: fc.double({ min: 0.05, max: 20, noNaN: true }),
  });
const limits = fc.tuple(limitOf("a"), limitOf("b"), limitOf("c"));

/** A request after a pause in seconds: for each of the three buckets the tokens that it takes. */
const request = fc.record({
  pause: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true })),
  tokens: fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
  ),
});
const requests = fc.array(request, { minLength: 1, maxLength: 120 });

interface Admitted {
  readonly index: number;
  readonly at: number;
  readonly charges: readonly Charge[];
}

/** Sends the requests, and then waits as the delays say until every request is admitted. */
function play(
  table: readonly Limit[],
  sent: readonly { readonly pause: number; readonly tokens: readonly number[] }[],
  disturb: (admission: Admission, now: number, index: number) => void = () => undefined,
): Admitted[] {
  const admission = new Admission();
  const admitted: Admitted[] = [];
  let now = 0;
  const waitUntil = (end: number) => {
    for (;;) {
      const delay = admission.delay(now);
      if (delay === undefined || now + delay > end) {
        break;
      }
      now += delay;
      admission.advance(now);
    }
    now = Number.isFinite(end) ? end : now;
  };
  for (const [index, { pause, tokens }] of sent.entries()) {
    waitUntil(now + pause);
    const charges = table.flatMap((limit, i) =>
      (tokens[i] ?? 0) === 0 ? [] : [{ limit, tokens: Math.min(tokens[i] ?? 0, limit.capacity) }],
    );
    disturb(admission, now, index);
    admission.request(charges, now, () => admitted.push({ index, at: now, charges }));
  }
  waitUntil(Number.POSITIVE_INFINITY);
  return admitted;
}

function spent(admitted: readonly Admitted[], limit: Limit): { at: number; tokens: number }[] {
  return admitted.flatMap(({ at, charges }) =>
    charges.filter((charge) => charge.limit.key === limit.key).map(({ tokens }) => ({ at, tokens })),
  );
}

function expectNoWindowOverdrawn(admitted: readonly Admitted[], table: readonly Limit[]): void {
  for (const limit of table) {
    const calls = spent(admitted, limit).sort((one, other) => one.at - other.at);
    for (const [start, first] of calls.entries()) {
      let sum = 0;
      for (const { at, tokens } of calls.slice(start)) {
        sum += tokens;
        expect(sum).toBeLessThanOrEqual(limit.capacity + (at - first.at) * limit.refillPerSecond + 1e-6);
      }
    }
  }
}

describe("the admission of requests", () => {
  it("admits at once as many requests as a full bucket has tokens, and the others when the bucket refills", () => {
    const limit = { key: "a", capacity: 3, refillPerSecond: 0.5 };
    const times = play(
      [limit],
      Array.from({ length: 5 }, () => ({ pause: 0, tokens: [1] })),
    ).map(({ at }) => at);
    expect(times.map((at) => Math.round(at * 1000) / 1000)).toEqual([0, 0, 0, 2, 4]);
  });

  it("never admits more in any period than a bucket's capacity and refill, whatever the requests take from several buckets", () => {
    fc.assert(
      fc.property(limits, requests, (table, sent) => {
        expectNoWindowOverdrawn(play(table, sent), table);
      }),
    );
  });

  it("admits every request in the end", () => {
    fc.assert(
      fc.property(limits, requests, (table, sent) => {
        expect(play(table, sent)).toHaveLength(sent.length);
      }),
    );
  });

  it("admits requests that need the same buckets in their order", () => {
    fc.assert(
      fc.property(limits, requests, (table, sent) => {
        const admitted = play(table, sent);
        const byBuckets = new Map<string, number[]>();
        for (const { index, charges } of admitted) {
          const buckets = charges.map(({ limit }) => limit.key).join();
          byBuckets.set(buckets, [...(byBuckets.get(buckets) ?? []), index]);
        }
        for (const [buckets, indexes] of byBuckets) {
          expect(buckets === "" ? [] : indexes).toEqual(
            buckets === "" ? [] : indexes.toSorted((one, other) => one - other),
          );
        }
      }),
    );
  });

  it("stays below the limits, and still admits everything, after refusals by the cloud", () => {
    fc.assert(
      fc.property(limits, requests, fc.nat({ max: 20 }), (table, sent, retryAfter) => {
        const admitted = play(table, sent, (admission, now, index) => {
          if (index % 7 === 3) {
            admission.throttled([{ limit: table[0], tokens: 1 }], now, retryAfter);
          }
        });
        expect(admitted).toHaveLength(sent.length);
        expectNoWindowOverdrawn(admitted, table);
      }),
    );
  });

  it("sends nothing before the time that the cloud named, and half as much afterwards", () => {
    const limit = { key: "a", capacity: 10, refillPerSecond: 1 };
    const times = play(
      [limit],
      Array.from({ length: 4 }, () => ({ pause: 0, tokens: [1] })),
      (admission, now, index) => {
        if (index === 0) {
          admission.throttled([{ limit, tokens: 1 }], now, 30);
        }
      },
    ).map(({ at }) => Math.round(at * 1000) / 1000);
    expect(times).toEqual([32, 34, 36, 38]);
  });
});
