import { expect, it } from "vitest";
import type { DevNetwork } from "./dev-network";

/** What `down` and `local/stop` leave behind. */
export function testTeardown(network: DevNetwork): void {
  const { checkout } = network;

  it("leaves no cloud resource, no Kubernetes object and no process after down", async () => {
    const down = await network.down();
    expect(down.code, down.stderr).toBe(0);
    expect(await checkout.cloudResources()).toEqual([]);
    const namesOf = async (path: string) =>
      (await checkout.objects(path)).map(({ metadata }) => metadata.name).sort();
    expect(await namesOf("api/v1/namespaces")).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    expect(await checkout.objects("api/v1/persistentvolumes")).toEqual([]);
    expect(await namesOf("apis/storage.k8s.io/v1/storageclasses")).toEqual(["standard"]);
    expect((await checkout.state()).resources ?? []).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ custom: true })]),
    );
    expect(await checkout.close()).toEqual([]);
  });
}
