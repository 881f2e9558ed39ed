import fc from "fast-check";
import { bytesToHex, concat, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import { compareRuntimeCode } from "./runtime-code";

const code = fc.uint8Array({ minLength: 40, maxLength: 200 }).map((bytes) => bytesToHex(bytes));
/** As solc appends it: a CBOR map with a 34-byte hash and the compiler's version. */
const metadata = (hash: Hex): Hex => concat(["0xa2646970667358221220", hash, "0x64736f6c63430008250033"]);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes));

describe("runtime code", () => {
  it("is the same whatever the metadata is", () => {
    fc.assert(
      fc.property(code, hash, hash, (body, one, other) => {
        const there = concat([body, metadata(one)]);
        const runtimeCode = concat([body, metadata(other)]);
        expect(compareRuntimeCode(there, { runtimeCode, immutables: [] })).toEqual({ kind: "same" });
      }),
    );
  });

  it("is the same whatever the immutables are, and different if any other byte differs", () => {
    fc.assert(
      fc.property(
        code,
        hash,
        fc.nat({ max: 39 }),
        fc.integer({ min: 1, max: 255 }),
        (body, end, at, change) => {
          const bytes = Buffer.from(body.slice(2), "hex");
          bytes[at] = (bytes[at] ?? 0) ^ change;
          const there = concat([`0x${bytes.toString("hex")}`, metadata(end)]);
          const runtimeCode = concat([body, metadata(end)]);
          expect(
            compareRuntimeCode(there, { runtimeCode, immutables: [{ start: at, length: 1 }] }).kind,
          ).toBe("same");
          expect(compareRuntimeCode(there, { runtimeCode, immutables: [] }).kind).toBe("different");
        },
      ),
    );
  });

  it("is reported as missing where the address has no code", () => {
    expect(compareRuntimeCode(undefined, { runtimeCode: "0x00", immutables: [] })).toEqual({
      kind: "no-code",
    });
    expect(compareRuntimeCode("0x", { runtimeCode: "0x00", immutables: [] })).toEqual({
      kind: "no-code",
    });
  });
});
