import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deployment, deploymentSettings, stackResources } from "./manifests";

const settings = { organization: "acme", secret: "chainfleet" };
const deployment: Deployment = {
  stack: "prod",
  regions: ["eastus", "westeurope", "tokyo"],
  updateWidth: 1,
  repository: "https://git.example.com/acme/network.git",
  branch: "main",
  folder: ".",
};

interface Spec {
  readonly prerequisites?: readonly { readonly name: string }[];
}

describe("the Stack resources for the operator", () => {
  it("let no more regions run at the same time than validators may be updated", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 8 }),
        (regions, updateWidth) => {
          const resources = stackResources({ ...deployment, regions, updateWidth }, settings);
          const waiting = new Map(
            resources.map(({ metadata: { name }, spec }) => [
              name,
              ((spec as Spec).prerequisites ?? []).map((prerequisite) => prerequisite.name),
            ]),
          );
          const ended = new Set<string>();
          while (ended.size < resources.length) {
            const running = [...waiting]
              .filter(([name, others]) => !ended.has(name) && others.every((other) => ended.has(other)))
              .map(([name]) => name);
            expect(running.length).toBeGreaterThan(0);
            expect(running.length).toBeLessThanOrEqual(updateWidth);
            expect(running.includes("prod")).toBe(ended.size === 0);
            ended.add(running[0] as string);
          }
        },
      ),
    );
  });

  it("have no secret in them, and name the Secret with the credentials", () => {
    const [network, eastus] = stackResources(deployment, settings);
    expect(network?.spec).not.toHaveProperty("prerequisites");
    expect(eastus).toEqual({
      apiVersion: "pulumi.com/v1",
      kind: "Stack",
      metadata: { name: "prod.eastus" },
      spec: {
        stack: "acme/prod.eastus",
        projectRepo: "https://git.example.com/acme/network.git",
        branch: "main",
        repoDir: ".",
        prerequisites: [{ name: "prod" }],
        workspaceTemplate: {
          spec: {
            podTemplate: {
              spec: {
                containers: [{ name: "pulumi", envFrom: [{ secretRef: { name: "chainfleet" } }] }],
              },
            },
          },
        },
      },
    });
  });
});

it("the settings for Pulumi Deployments say where the program is", () => {
  expect(deploymentSettings(deployment)).toEqual({
    settings: {
      sourceContext: {
        git: { repoUrl: "https://git.example.com/acme/network.git", branch: "main", repoDir: "." },
      },
      operationContext: { preRunCommands: ["npm ci"] },
    },
  });
});
