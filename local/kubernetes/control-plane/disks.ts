import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A disk that a volume needs. */
export interface DiskOrder {
  /** The CSI driver. @example "disk.csi.azure.com" */
  readonly driver: string;
  /** Name of the disk. @example "pvc-0b7e…" */
  readonly name: string;
  /** Namespace of the claim. All simulated clusters are one control plane, in which a cluster has a namespace of its name. */
  readonly namespace: string;
  /** Parameters of the storage class. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The disks behind volumes. Azure's disks are resources of the simulated cloud; the disks of other drivers are names only. */
export class Disks {
  /** @param cloudState the state folder of the simulated cloud. Undefined: there is no cloud, and every disk is a name only. */
  constructor(readonly cloudState: string | undefined) {}

  /**
   * Creates the disk, unless it exists.
   *
   * @returns the disk's id, which becomes the volume's handle.
   * @throws the cloud's refusal.
   */
  async create({ driver, name, namespace, parameters }: DiskOrder): Promise<string> {
    if (driver !== "disk.csi.azure.com" || this.cloudState === undefined) {
      return `local-${name}`;
    }
    // https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/driver-parameters.md
    const { resourceGroup } = parameters;
    const { id } = await this.#request("POST", "/disks", { cluster: namespace, name, resourceGroup });
    return id ?? "";
  }

  /** Deletes the disk. A disk that is gone already counts as deleted. */
  async delete(handle: string): Promise<void> {
    if (handle.startsWith("/subscriptions/")) {
      await this.#request("DELETE", `/resources?id=${encodeURIComponent(handle)}`);
    }
  }

  async #request(method: string, path: string, body?: object): Promise<{ readonly id?: string }> {
    const url = readFileSync(join(this.cloudState ?? "", "control-url"), "utf8").trim();
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { readonly id?: string; readonly error?: string };
    if (!response.ok && !(method === "DELETE" && response.status === 404)) {
      throw new Error(answer.error);
    }
    return answer;
  }
}
