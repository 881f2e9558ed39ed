import { describe, expect, it } from "vitest";
import { type NetworkPlacement, type Placement, placementRefusals } from "./placement";

const azure: Placement = {
  validators: 2,
  fixed: { cloud: "azure", location: "eastus", cidr: "10.1.0.0/16", privateApi: false },
};
const onprem: Placement = {
  validators: 4,
  fixed: { cloud: "kubernetes", storageClass: null },
  server: "https://10.0.0.1:6443",
  access: { kubeconfig: "~/.kube/config", context: null },
  p2pAddresses: ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"],
};
const network: NetworkPlacement = {
  network: "chain138",
  regions: { eastus: azure, onprem },
  storage: { validator: "100Gi", rpc: "100G" },
};
const change = (region: string, placement: object): NetworkPlacement => ({
  ...network,
  regions: {
    ...network.regions,
    [region]: { ...(network.regions[region] as Placement), ...placement },
  },
});
const refusals = (configured: NetworkPlacement) => placementRefusals(network, configured, 1);
const codes = (configured: NetworkPlacement) => refusals(configured).map(({ code }) => code);

describe("what the nodes of a living network stand on", () => {
  it("may stay, grow, gain regions and lose regions", () => {
    expect(codes(network)).toEqual([]);
    expect(codes({ ...network, storage: { validator: "0.2Ti", rpc: "100Gi" } })).toEqual([]);
    expect(codes(change("westeurope", azure))).toEqual([]);
    expect(codes({ ...network, regions: {} })).toEqual([]);
  });

  it("is not replaced: every fixed key of every region is named with its value", () => {
    expect(
      codes(change("eastus", { fixed: { ...azure.fixed, location: "westus", cidr: "10.9.0.0/16" } })),
    ).toEqual(["REGION_FIXED", "REGION_FIXED"]);
    expect(refusals(change("eastus", { fixed: { ...azure.fixed, cidr: "10.9.0.0/16" } }))[0]?.message).toBe(
      "REGION_FIXED: cidr of the region eastus is 10.9.0.0/16, but the existing region has 10.1.0.0/16. Its cluster would " +
        "be deleted, and its nodes with their data. No resource was changed.\n" +
        "Set cidr back to 10.1.0.0/16. To move nodes, add a region with a name of its own, and remove this one when its " +
        "validators are no longer needed.",
    );
    expect(
      refusals(change("eastus", { fixed: onprem.fixed })).map(({ summary }) => summary.split(",")[0]),
    ).toEqual(["cloud of the region eastus is kubernetes"]);
  });

  it("stays in its subscription, unless the state is of a run that did not note the subscription", () => {
    const fixed = (subscription: string | null) => ({ fixed: { ...azure.fixed, subscription } });
    const noted = { ...network, regions: { eastus: { ...azure, ...fixed(null) } } };
    const moved = { ...network, regions: { eastus: { ...azure, ...fixed("another") } } };
    expect(placementRefusals(noted, moved, 1).map(({ summary }) => summary.split(".")[0])).toEqual([
      "subscription of the region eastus is another, but the existing region has none",
    ]);
    expect(placementRefusals(noted, noted, 1)).toEqual([]);
    expect(codes(change("eastus", fixed("another")))).toEqual([]);
  });

  it("keeps its volumes: another storage class, also in place of the cluster's default, is refused", () => {
    const refused = refusals(change("onprem", { fixed: { ...onprem.fixed, storageClass: "fast" } }));
    expect(refused.map(({ message }) => message)).toEqual([
      "STORAGE_CLASS_FIXED: storageClass of the region onprem is fast, but its volumes have the default class of the cluster. A volume cannot change " +
        "its class: all volumes of the region would be deleted with their data. No resource was changed.\n" +
        "Remove storageClass. For other disks, add a region with the other class.",
    ]);
  });

  it("does not move to another cluster, but may be reached in another way", () => {
    const elsewhere = { kubeconfig: "~/other", context: "b" };
    const refused = refusals(change("onprem", { server: "https://10.0.0.2:6443", access: elsewhere }));
    expect(refused.map(({ code }) => code)).toEqual(["REGION_FIXED"]);
    expect(refused[0]?.summary).toContain(
      "leads to https://10.0.0.2:6443, but the nodes of the region are in the cluster at https://10.0.0.1:6443",
    );
    expect(codes(change("onprem", { access: elsewhere }))).toEqual([]);
    expect(codes(change("onprem", { server: "https://10.0.0.2:6443" }))).toEqual([]);
    expect(codes(change("onprem", { server: undefined, access: elsewhere }))).toEqual([]);
  });

  it("keeps its keys where they are, once it has validators; a state of an earlier release has them in Secrets", () => {
    const vaulted = change("eastus", { keyStore: "keyVault" });
    expect(refusals(vaulted).map(({ code, next }) => [code, next?.split(",")[0]])).toEqual([
      ["KEY_STORE_FIXED", "Set keyStore back to kubernetes"],
    ]);
    expect(placementRefusals(vaulted, vaulted, 1)).toEqual([]);
    expect(placementRefusals(vaulted, network, 1).map(({ code }) => code)).toEqual(["KEY_STORE_FIXED"]);
    const empty = change("eastus", { validators: 0 });
    expect(placementRefusals(empty, vaulted, 1)).toEqual([]);
  });

  it("keeps its name, because all namespaces have it", () => {
    expect(codes({ ...network, network: "chain139", regions: {} })).toEqual(["NETWORK_NAME_FIXED"]);
  });

  it("changes no more addresses at once than validators may be unreachable", () => {
    const addresses = (...changed: readonly number[]) =>
      onprem.p2pAddresses?.map((address, index) =>
        changed.includes(index) ? `203.0.113.${index}` : address,
      );
    expect(codes(change("onprem", { p2pAddresses: addresses(2) }))).toEqual([]);
    expect(codes(change("onprem", { p2pAddresses: addresses(1, 2) }))).toEqual(["TOO_MANY_ADDRESSES_CHANGE"]);
    // An address that is no longer needed does not count.
    expect(codes(change("onprem", { validators: 3, p2pAddresses: addresses(2)?.slice(0, 3) }))).toEqual([]);
  });

  it("never shrinks its volumes", () => {
    expect(codes({ ...network, storage: { validator: "50Gi", rpc: "99G" } })).toEqual([
      "STORAGE_CANNOT_SHRINK",
      "STORAGE_CANNOT_SHRINK",
    ]);
  });
});
