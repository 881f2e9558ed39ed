import { pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { provider } from "./validator-set-provider";

const [a, b, c] = [0, 1, 2].map((index) => pad(toHex(index + 1), { size: 20 }));
const regions = [{ name: "eu", kubeconfig: "{}", namespace: "net-eu", validators: [a, b] }];

describe("the validators of a chain whose nodes cannot all be reached yet", () => {
  it("stay those of the genesis block, and no change counts as made", async () => {
    const { outs } = await provider.create({ regions: [], change: 0, founders: [b, a] });
    expect(outs).toMatchObject({ chainValidators: [a, b], change: -1 });
    expect(await provider.diff("validators", outs, { regions: [], change: 1 })).toEqual({ changes: false });
    expect(await provider.diff("validators", outs, { regions, change: 0 })).toEqual({ changes: true });
  });

  it("stay those of the last change, which is made once all nodes can be reached", async () => {
    const made = { regions, change: 1, chainValidators: [a, b, c] };
    expect(await provider.diff("validators", made, { regions: [], change: 2 })).toEqual({ changes: false });
    expect(await provider.diff("validators", made, { regions, change: 2 })).toEqual({ changes: true });
  });
});
