import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aws } from "../cloud/aws/dialect";
import { azure } from "../cloud/azure/dialect";
import { Cloud } from "../cloud/engine/cloud/cloud";
import { cloudPlugin } from "../cloud/engine/requests/session";
import type { Session } from "../plugin/plugin";
import type { PropertyMap } from "../plugin/values";

/** Creates a state directory with a stand-in for the certificate authority file of the control plane. */
export function freshState(): string {
  const directory = mkdtempSync(join(tmpdir(), "chainfleet-cloud-"));
  writeFileSync(join(directory, "ca.pem"), "a certificate");
  return directory;
}

/** Quotas that no test exceeds by accident: elastic IPs, vCPUs and VPCs of AWS; vCPUs of Azure. */
const AMPLE_QUOTAS = { "L-0263D0A3": 1000, "L-1216C47A": 10_000, "L-F678F1CE": 1000, cores: 10_000 };

/** A simulated cloud in this process. */
export function openCloud(
  state = freshState(),
  timeScale = 0,
  quotas: Readonly<Record<string, number>> = AMPLE_QUOTAS,
): Cloud {
  return new Cloud({
    state,
    timeScale,
    seed: 1,
    kubernetesServer: "https://127.0.0.1:6443",
    kubernetesAuthority: join(state, "ca.pem"),
    quotas,
  });
}

/** Calls a plugin as the Pulumi engine does, for resources that a test describes by type, name and inputs. */
export class Driver {
  private constructor(readonly session: Session) {}

  static async azure(cloud: Cloud, config: PropertyMap = {}): Promise<Driver> {
    return new Driver(await cloudPlugin(cloud, azure).configure(config, { log: () => undefined }));
  }

  static async aws(cloud: Cloud, config: PropertyMap = { region: "eu-west-1" }): Promise<Driver> {
    return new Driver(await cloudPlugin(cloud, aws).configure(config, { log: () => undefined }));
  }

  /** Checks the inputs and creates the resource; throws the failures that `check` reports. */
  async create(type: string, name: string, news: PropertyMap, signal = new AbortController().signal) {
    const resource = { urn: urnOf(type, name), type, name };
    const { inputs, failures } = await this.session.check({
      ...resource,
      olds: {},
      news,
      randomSeed: Buffer.from(name),
    });
    if (failures !== undefined && failures.length > 0) {
      throw new Error(failures.map(({ reason }) => reason).join("\n"));
    }
    const created = await this.session.create({
      ...resource,
      inputs,
      preview: false,
      timeoutSeconds: 0,
      signal,
    });
    return { ...created, inputs, type, name };
  }

  update(resource: Created, news: PropertyMap) {
    return this.session.update({
      ...priorState(resource),
      news,
      ignoreChanges: [],
      preview: false,
      timeoutSeconds: 0,
      signal: new AbortController().signal,
    });
  }

  delete(resource: Created) {
    return this.session.delete({
      ...priorState(resource),
      timeoutSeconds: 0,
      signal: new AbortController().signal,
    });
  }

  /** Reads a resource by its id alone, as an import does. */
  read(type: string, id: string) {
    return this.session.read({
      urn: urnOf(type, "adopted"),
      type,
      name: "adopted",
      id,
      olds: {},
      inputs: {},
      signal: new AbortController().signal,
    });
  }

  /** Reads with the state that the engine has, as a refresh does. */
  refresh({ type, name, id, inputs, outputs }: Created) {
    return this.session.read({
      urn: urnOf(type, name),
      type,
      name,
      id,
      olds: outputs,
      inputs,
      signal: new AbortController().signal,
    });
  }

  invoke(token: string, args: PropertyMap) {
    return this.session.invoke({ token, args, signal: new AbortController().signal });
  }
}

export interface Created {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** The part of an update or deletion request that describes the existing resource. */
function priorState({ type, name, id, inputs, outputs }: Created) {
  return { urn: urnOf(type, name), type, name, id, oldInputs: inputs, olds: outputs };
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:dev::test::${type}::${name}`;
}
