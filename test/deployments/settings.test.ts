import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { deploymentSettings } from "../../scripts/shard/elsewhere/manifests";
import { writtenConfig } from "../../stacks/config/written/written-config";
import { deploymentFileSchema } from "./settings-schema";

const stacks = readdirSync(PROJECT_ROOT).flatMap((name) => /^Pulumi\.([\w-]+)\.yaml$/.exec(name)?.[1] ?? []);
/** These stacks deploy to the local target, which no machine of Pulumi Deployments reaches. */
const LOCAL = ["dev", "rolling", "storage"];
const read = (stack: string) =>
  deploymentFileSchema.parse(parse(readFileSync(join(PROJECT_ROOT, `Pulumi.${stack}.deploy.yaml`), "utf8")));

describe("the settings of Pulumi Deployments", () => {
  const configured = stacks.filter((stack) => !LOCAL.includes(stack));

  it.each(configured)("of the stack %s are what the engine reads", (stack) => {
    const { gitHub, operationContext, agentPoolID } = read(stack).settings;
    expect(gitHub).toMatchObject({
      deployCommits: true,
      previewPullRequests: true,
      pullRequestTemplate: false,
    });
    expect(operationContext?.options?.remediateIfDriftDetected).toBe(false);
    // Each cloud of the stack has an identity, and no other; a cluster of one's own has an agent near it.
    const regions = writtenConfig(stack)["chainfleet:regions"] as readonly { readonly cloud: string }[];
    const clouds = new Set(regions.map(({ cloud }) => cloud));
    expect(new Set(Object.keys(operationContext?.oidc ?? {}))).toEqual(
      new Set([...clouds].filter((cloud) => cloud !== "kubernetes")),
    );
    expect(agentPoolID !== undefined).toBe([...clouds].every((cloud) => cloud === "kubernetes"));
    // Nothing of this project runs before Pulumi but the installation of its packages.
    expect(operationContext?.preRunCommands?.[0]).toBe("npm ci");
    expect(JSON.stringify(operationContext?.preRunCommands)).not.toMatch(/chainfleet|make|local\//);
  });

  it("are there for no other stack", () => {
    const files = readdirSync(PROJECT_ROOT).filter((name) => name.endsWith(".deploy.yaml"));
    expect(files.sort()).toEqual(configured.map((stack) => `Pulumi.${stack}.deploy.yaml`).sort());
  });

  it("are no stacks of their own for chainfleet check", () => {
    const { stdout } = spawnSync("bin/chainfleet", ["check", "--json"], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    const checked = JSON.parse(stdout) as { readonly stacks: readonly { readonly stack: string }[] };
    expect(checked.stacks.map(({ stack }) => stack)).toEqual([...stacks].sort());
  });

  it("that chainfleet shard writes are what the engine reads", () => {
    const deployment = {
      stack: "prod",
      regions: ["eastus"],
      updateWidth: 1,
      repository: "https://example.com/a.git",
    };
    const settings = deploymentSettings({ ...deployment, branch: "main", folder: "." });
    expect(deploymentFileSchema.safeParse(settings).error).toBeUndefined();
  });

  it.each([
    { settings: { gitHub: { previewPullRequest: true } } },
    {
      settings: {
        operationContext: { oidc: { aws: { roleArn: "a", sessionName: "b", duration: "two hours" } } },
      },
    },
    { settings: { operationContext: { preRunCommands: "npm ci" } } },
    { operationContext: {} },
  ])("are refused if a key or a value is not one of the engine's: %j", (file) => {
    expect(deploymentFileSchema.safeParse(file).success).toBe(false);
  });
});
