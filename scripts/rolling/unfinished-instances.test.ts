import { describe, expect, test, vi } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import { hasUnrecordedImage, terminateUnfinished, unfinishedInstances } from "./unfinished-instances";

const instance = (id: string) => ({ urn: `urn:${id}`, type: `${DYNAMIC_TYPE_PREFIX}TemporaryInstance`, id });
const image = (instanceId: string, initErrors: readonly string[] = []) => ({
  urn: `urn:image-of-${instanceId}`,
  type: `${DYNAMIC_TYPE_PREFIX}MachineImage`,
  inputs: { instanceId },
  initErrors,
});

test("an instance is finished once an image of it is complete", () => {
  const resources = [
    instance("i-finished"),
    image("i-finished"),
    instance("i-deployed"),
    instance("i-failed"),
    image("i-failed", ["the image failed"]),
  ];
  expect(unfinishedInstances({ resources }).map(({ id }) => id)).toEqual(["i-deployed", "i-failed"]);
});

test("a state without releases has none", () => {
  expect(unfinishedInstances({})).toEqual([]);
});

describe("an image of which the state has no resource", () => {
  const asked = (answer: boolean) => vi.fn(async () => answer);

  test("may be in the making if the engine was killed during its creation", async () => {
    const state = { pending_operations: [{ type: "creating", resource: image("i-1") }] };
    expect(await hasUnrecordedImage(instance("i-1"), state, asked(false))).toBe(true);
    expect(await hasUnrecordedImage(instance("i-2"), state, asked(false))).toBe(false);
  });

  test("is found in EC2 if the process that made the image was killed", async () => {
    expect(await hasUnrecordedImage(instance("i-1"), {}, asked(true))).toBe(true);
    expect(
      await hasUnrecordedImage(instance("i-1"), { resources: [image("i-1", ["failed"])] }, asked(true)),
    ).toBe(false);
  });
});

test("if EC2 does not answer, no instance is terminated, and the run goes on to its summary", async () => {
  const refusal = () => Promise.reject(new Error("ExpiredToken"));
  const resources = [{ ...instance("i-1"), outputs: { region: "eu-west-1" } }];
  const command = { run: async () => ({ stdout: JSON.stringify({ deployment: { resources } }) }) };
  const stack = { name: "shop", workspace: { workDir: ".", envVars: {} } };
  const said: string[] = [];
  const ended = await terminateUnfinished(
    stack as never,
    command as never,
    (line) => said.push(line),
    refusal,
  );
  expect(ended).toBe(false);
  expect(said).toEqual([expect.stringMatching(/^Not all temporary instances were terminated: i-1\./)]);
});
