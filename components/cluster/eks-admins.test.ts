import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fetchAdmins } from "./eks-admins";

const ROLE = "arn:aws:iam::123456789012:role/ci/deployer";
const SESSION = "arn:aws:sts::123456789012:assumed-role/deployer/run-7";
const USER = "arn:aws:iam::123456789012:user/ada";

let caller = USER;
let failure: Error | undefined;
beforeEach(async () => {
  caller = USER;
  failure = undefined;
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ token, inputs }) => {
      if (failure !== undefined) {
        throw failure;
      }
      return token === "aws:index/getCallerIdentity:getCallerIdentity"
        ? { arn: caller }
        : { issuerArn: inputs.arn === SESSION ? ROLE : inputs.arn };
    },
  });
});
afterEach(() => vi.restoreAllMocks());

const admins = (clusterAdmins: readonly string[]) =>
  fetchAdmins({ name: "eu-west-1", clusterAdmins }, new aws.Provider("eu-west-1", { region: "eu-west-1" }));

describe("the administrators of an EKS cluster", () => {
  it("are whoever runs the deployment, if the config names nobody", async () => {
    expect(await admins([])).toEqual([USER]);
  });

  it("are a role with its path, not the session in which somebody assumed the role", async () => {
    caller = SESSION;
    expect(await admins([])).toEqual([ROLE]);
  });

  it("are those in the config, with a warning if the caller is not among them", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    expect(await admins([USER, ROLE])).toEqual([USER, ROLE]);
    expect(warn).not.toHaveBeenCalled();
    expect(await admins([ROLE])).toEqual([ROLE]);
    expect(warn.mock.calls[0]?.[0]).toContain(
      `${USER} runs the deployment and is not among its clusterAdmins`,
    );
  });

  it("are those in the config also if AWS does not say who the caller is", async () => {
    failure = Object.assign(new Error("access denied"), { details: "access denied" });
    expect(await admins([ROLE])).toEqual([ROLE]);
  });

  it("cannot be the root user or a federated user, whom no access entry can name", async () => {
    for (const unusable of [
      "arn:aws:iam::123456789012:root",
      "arn:aws:sts::123456789012:federated-user/ada",
    ]) {
      caller = unusable;
      await expect(admins([])).rejects.toThrow(/AWS_CALLER_UNUSABLE/);
    }
  });

  it("are unknown if AWS does not answer, and the message says what to do", async () => {
    // The engine's client takes the text of a failure from its details.
    failure = Object.assign(new Error("no credentials"), { details: "no credentials" });
    await expect(admins([])).rejects.toThrow(/AWS_CALLER_UNKNOWN: Region eu-west-1: .*no credentials/);
  });
});
