import { describe, expect, it, vi } from "vitest";
import { patiently } from "./patience";

const PASSING = new Error("https response error StatusCode: 500, api error InternalError: try again");

describe("a patient question", () => {
  it("is repeated until it is answered", async () => {
    const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(PASSING).mockResolvedValue("answer");
    expect(await patiently("eastus", ask)).toBe("answer");
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("fails at once with an error that repetition does not change", async () => {
    const ask = vi.fn<() => Promise<string>>().mockRejectedValue(new Error("AccessDenied"));
    await expect(patiently("eastus", ask)).rejects.toThrow("AccessDenied");
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
