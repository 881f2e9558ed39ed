import { describe, expect, it } from "vitest";
import { unlistedReleaseWarning } from "./listed-releases";
import { NEWEST_KNOWN_RELEASE, type Release } from "./release";

describe("a release that no list knows", () => {
  it.each<Release>(["26.9.9", "26.3.1", "27.1.0", "99.0.0"])("is warned of: %s", (release) => {
    expect(unlistedReleaseWarning(release)).toContain(`Besu ${release} is in no list of releases`);
  });

  it.each<Release>([NEWEST_KNOWN_RELEASE, "26.8.1", "25.10.0", "24.12.0"])("is not %s", (release) => {
    expect(unlistedReleaseWarning(release)).toBeUndefined();
  });
});
