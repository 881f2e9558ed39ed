import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { qbftExtraData } from "../../../components/besu/genesis/genesis";
import type { KubernetesObject } from "../../support/checkout";
import type { DevNetwork } from "./dev-network";

const ALLOCATIONS = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations";

/** That all regions have the same genesis and the same peers. */
export function testGenesisAndMesh(network: DevNetwork): void {
  const { checkout } = network;

  /** The content of the regions' config maps under a file name. */
  const configFiles = async (file: string): Promise<string[]> =>
    (await checkout.objects("api/v1/configmaps"))
      .filter(({ metadata }) => metadata.namespace.startsWith("chain138-"))
      .flatMap(({ data }) => (data?.[file] === undefined ? [] : [data[file]]));

  it("has the same genesis in all regions, whose extraData lists the validators", async () => {
    const files = await configFiles("genesis.json");
    expect(files).toHaveLength(5);
    expect(new Set(files).size).toBe(1);
    const genesis = JSON.parse(files[0] ?? "");
    const accounts = (await network.validatorKeys()).map((key) => privateKeyToAccount(key));
    expect(genesis.extraData).toBe(qbftExtraData(accounts.map(({ address }) => address as Address)));
    expect(genesis.config.qbft).toEqual({
      blockperiodseconds: 2,
      epochlength: 30_000,
      requesttimeoutseconds: 4,
    });
  });

  it("has the same static nodes in all regions: every validator at its public address", async () => {
    const files = await configFiles("static-nodes.json");
    expect(new Set(files).size).toBe(1);
    const enodes: string[] = JSON.parse(files[0] ?? "");
    const nodeIds = enodes.map((enode) => enode.slice("enode://".length).split("@")[0]);
    const publicKeys = (await network.validatorKeys()).map((key) => privateKeyToAccount(key).publicKey);
    expect(new Set(nodeIds)).toEqual(new Set(publicKeys.map((publicKey) => publicKey.slice(4))));

    const loadBalancers = (await checkout.objects("api/v1/services")).filter(
      ({ spec }) => spec.type === "LoadBalancer",
    );
    const loadBalancerIps = loadBalancers.flatMap(
      ({ status }: KubernetesObject) => status.loadBalancer.ingress[0].ip ?? [],
    );
    expect(loadBalancerIps).toHaveLength(8);
    const elasticIps = await network.validatorElasticIps();
    const allocations = loadBalancers.flatMap(({ metadata }) => metadata.annotations[ALLOCATIONS] ?? []);
    expect(new Set(allocations)).toEqual(new Set(elasticIps.map(({ allocationId }) => allocationId)));
    const addresses = [...loadBalancerIps, ...elasticIps.map(({ publicIp }) => publicIp)];
    expect(new Set(enodes.map((enode) => enode.split("@")[1]))).toEqual(
      new Set(addresses.map((address) => `${address}:30303`)),
    );
  });
}
