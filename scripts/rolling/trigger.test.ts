import { describe, expect, it } from "vitest";
import type { GroupConfig } from "../../components/rolling/plan/plan";
import { interrupted, Waits } from "./trigger";

const group = (name: string, region = "eu-west-1") => ({ name, region }) as GroupConfig;

describe("an interrupted trigger", () => {
  it("names the refreshes that go on, the groups without one, and the command that shows them", () => {
    const [web, app, db] = [group("web"), group("app"), group("db", "us-east-1")];
    const waits = new Waits([web, app, db]);
    waits.started(db, "r-db");
    waits.started(web, "r-web");
    expect(interrupted(waits, "shop")).toMatchObject({
      code: "INTERRUPTED",
      summary:
        "Stopped waiting. These instance refreshes go on in AWS:\n  web (eu-west-1): r-web\n  db (us-east-1): r-db\nNo instance refresh was started, unless AWS was just starting it: app (eu-west-1).",
      next: "To see how the refreshes go on: chainfleet rolling status --stack shop",
    });
  });

  it("also tells of the groups that had failed before", async () => {
    const [web, app] = [group("web"), group("app")];
    const waits = new Waits([web, app]);
    waits.started(web, "r-web");
    waits.started(app, "r-app");
    await waits.during(app, () => Promise.reject(new Error("alarm"))).catch(() => {});
    expect(interrupted(waits, "shop").summary).toBe(
      "app (eu-west-1): alarm\nStopped waiting. These instance refreshes go on in AWS:\n  web (eu-west-1): r-web",
    );
  });

  it("does not name a refresh that has ended", () => {
    const web = group("web");
    const waits = new Waits([web]);
    waits.started(web, "r-web");
    waits.ended(web);
    expect(interrupted(waits, "shop").summary).toBe("Interrupted. All instance refreshes had ended.");
  });
});
