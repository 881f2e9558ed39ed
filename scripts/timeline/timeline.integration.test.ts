import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../../test/support/browser";
import { exampleRun } from "../../test/support/example-run";
import type { RecordedRun } from "./timeline-data";
import { timelinePage } from "./timeline-page";

const FIVE = ["eastus", "westeurope", "southeastasia", "us-west-2", "onprem"];
const MARKUP = `</script><script>window.attacked=1</script><img src=x onerror="window.attacked=1">'&`;

/** A run in which every name and reason is markup. */
function hostileRun(): RecordedRun {
  const run = exampleRun(["eastus"]);
  const poisoned = (urn: string) => `${urn}${MARKUP}`;
  return {
    summary: {
      ...run.summary,
      stack: MARKUP,
      regions: run.summary.regions.map((region) => ({ ...region, cloud: MARKUP })),
      criticalPath: run.summary.criticalPath.map((link) => ({ ...link, urn: poisoned(link.urn) })),
    },
    recorded: {
      ...run.recorded,
      groups: ["eastus", MARKUP],
      steps: run.recorded.steps.map((step) => ({ ...step, urn: poisoned(step.urn), type: MARKUP })),
    },
    waits: run.waits.map((wait) => ({ ...wait, urn: poisoned(wait.urn), reason: MARKUP })),
  };
}

describe("the timeline in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-timeline-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page of a run and returns it with all requests, errors and refusals that the browser reports. */
  async function open(run: RecordedRun, options: BrowserContextOptions = {}) {
    const file = join(folder, "timeline.html");
    writeFileSync(file, timelinePage(run));
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    return { page, complaints, requests };
  }

  const bars = (page: Page) => page.locator("#picture .bar");
  const focused = (page: Page) =>
    page.evaluate<string>(`document.activeElement?.getAttribute("aria-label") ?? ""`);
  const overflow = (page: Page) =>
    page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

  it("draws each operation once, and those of the critical path a second time, without any request", async () => {
    const run = exampleRun(FIVE);
    const { page, complaints, requests } = await open(run);
    expect(await bars(page).count()).toBe(run.recorded.steps.length + run.summary.criticalPath.length);
    expect(await page.locator("#picture .bar.critical").count()).toBe(2 * run.summary.criticalPath.length);
    expect(await page.locator("#picture .wait-throttle").count()).toBeGreaterThan(0);
    expect(await page.locator("#picture .wait-retry").count()).toBe(5);
    expect(await page.getByText("Wall-clock time").count()).toBe(1);
    expect(requests).toEqual([page.url()]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is used with the keyboard: arrows, the critical path, the ends and zoom", async () => {
    const run = exampleRun(FIVE);
    const { page } = await open(run);
    expect(await page.locator("#picture [tabindex='0']").count()).toBe(1);
    await page.locator("#picture [tabindex='0']").focus();
    const names = [await focused(page)];
    for (let index = 1; index < run.summary.criticalPath.length; index += 1) {
      await page.keyboard.press("c");
      names.push(await focused(page));
    }
    expect(names.map((name) => name.split(",")[0])).toEqual(
      run.summary.criticalPath.map(({ urn }) => urn.split("::")[3]),
    );
    expect(names.every((name) => name.includes("on the critical path"))).toBe(true);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toContain("eastus-");
    const first = await focused(page);
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).not.toBe(first);
    await page.keyboard.press("ArrowLeft");
    expect(await focused(page)).toBe(first);
    await page.keyboard.press("End");
    expect(await page.locator("#detail").textContent()).toContain((await focused(page)).split(",")[0]);
    const width = () => page.evaluate<number>(`document.querySelector("#picture").scrollWidth`);
    const before = await width();
    await page.keyboard.press("+");
    expect(await width()).toBeGreaterThan(before * 1.5);
    expect(await focused(page)).not.toBe("");
    await page.keyboard.press("0");
    expect(await width()).toBe(before);
    await page.close();
  });

  it("brings an operation that is chosen with the keyboard into view", async () => {
    const { page } = await open(exampleRun(Array.from({ length: 48 }, (_, index) => `region-${index}`)));
    await page.locator("#picture [tabindex='0']").focus();
    for (let index = 0; index < 30; index += 1) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await page.keyboard.press("End");
    const rectangle = (element: string) =>
      page.evaluate<{ top: number; bottom: number; left: number; right: number }>(
        `${element}.getBoundingClientRect().toJSON()`,
      );
    const plot = await rectangle(`document.querySelector("#picture")`);
    const bar = await rectangle("document.activeElement");
    expect(bar.top).toBeGreaterThanOrEqual(plot.top);
    expect(bar.bottom).toBeLessThanOrEqual(plot.bottom);
    expect(bar.left).toBeLessThan(plot.right);
    expect(bar.right).toBeGreaterThan(plot.left);
    await page.close();
  });

  it("shows only the chosen region, kinds and names", async () => {
    const run = exampleRun(FIVE);
    const { page } = await open(run);
    const of = (name: string) => run.recorded.steps.filter(({ urn }) => urn.includes(`::${name}-`)).length;
    await page.locator("#group").selectOption({ label: "eastus" });
    expect(await bars(page).count()).toBe(of("eastus"));
    expect(await page.locator("#shown").textContent()).toBe(
      `${of("eastus")} of ${run.recorded.steps.length} operations`,
    );
    await page.locator("#kinds label", { hasText: "network" }).locator("input").uncheck();
    expect(await bars(page).count()).toBeLessThan(of("eastus"));
    await page.locator("#name").fill("VALIDATOR-0-key");
    expect(await bars(page).count()).toBe(1);
    await page.locator("#name").fill("no such name");
    expect(await bars(page).count()).toBe(0);
    await page.keyboard.press("End");
    await page.close();
  });

  it("has all operations as a table that sorts", async () => {
    const run = exampleRun(FIVE);
    const { page } = await open(run);
    await page.getByRole("button", { name: "Table", exact: true }).click();
    expect(await page.locator("#table tbody tr").count()).toBe(run.recorded.steps.length);
    expect(await page.locator("#picture").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Seconds" }).click();
    await page.getByRole("button", { name: "Seconds" }).click();
    expect(await page.locator("th[aria-sort='descending']").textContent()).toBe("Seconds");
    expect(await page.locator("#table tbody th").first().textContent()).toMatch(/-aks$/);
    await page.close();
  });

  it.each([
    ["wide and light", { viewport: { width: 1400, height: 900 }, colorScheme: "light" }],
    ["narrow and dark", { viewport: { width: 400, height: 800 }, colorScheme: "dark" }],
  ] as const)("fits a window that is %s", async (_, options) => {
    const { page, complaints } = await open(exampleRun(FIVE), options);
    expect(await overflow(page)).toBe(0);
    const style = (property: string) => page.evaluate<string>(`getComputedStyle(document.body).${property}`);
    const lightness = (colour: string) => Number(/\d+/.exec(colour)?.[0]);
    const [background, text] = [lightness(await style("backgroundColor")), lightness(await style("color"))];
    expect(background > text).toBe(options.colorScheme === "light");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("runs no markup that is in names, types and reasons", async () => {
    const { page, complaints, requests } = await open(hostileRun());
    await page.locator("#picture [tabindex='0']").focus();
    await page.getByRole("button", { name: "Table", exact: true }).click();
    expect(await page.evaluate(`"attacked" in window`)).toBe(false);
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await page.locator("#table tbody th").first().textContent()).toContain(MARKUP);
    expect(requests).toEqual([page.url()]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("draws 48 regions on a page of less than two megabytes", async () => {
    const run = exampleRun(Array.from({ length: 48 }, (_, index) => `region-${index}`));
    expect(timelinePage(run).length).toBeLessThan(2_000_000);
    const { page, complaints } = await open(run);
    expect(await bars(page).count()).toBeGreaterThan(1600);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
