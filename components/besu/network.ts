import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import type { Cluster } from "../cluster";
import { fullName } from "../naming";
import { P2P_PORT } from "../ports";
import type { Region } from "../region";
import { type Chain, Genesis } from "./genesis-resource";
import { BesuNamespace } from "./namespace";
import { roleLabels } from "./role";
import { RpcNodes } from "./rpc-nodes";
import { UPDATE_PATIENCE_SECONDS, UpdateGate, updateWidth } from "./update-gate";
import { P2pService, Validator } from "./validator";
import { ValidatorKey } from "./validator-key";

/** Sizes of a node. */
export interface NodeSize {
  /** Kubernetes quantities. */
  readonly cpu: string;
  readonly memory: string;
  readonly storage: string;
}

/** One region's part of the network. */
export interface Site {
  /** The region's name. */
  readonly name: string;
  readonly region: Region;
  readonly cluster: Cluster;
  readonly rpcNodes: number;
}

/** What a network is made from. */
export interface BesuNetworkArgs {
  /** @example "chain138" */
  readonly network: string;
  readonly chain: Chain;
  readonly sites: readonly Site[];
  /** The Besu image with its tag. @example "hyperledger/besu:25.10.0" */
  readonly image: string;
  readonly validator: NodeSize;
  readonly rpc: NodeSize;
  /** Host names RPC nodes answer to, beside their Service's. */
  readonly rpcHosts: readonly string[];
}

/**
 * A QBFT network of Besu nodes over many regions.
 *
 * ```
 * keys of all validators ─┬─ genesis (once) ──────────────┐
 *                         └─┬─ static nodes (full mesh) ──┤
 * addresses of all ─────────┘                             │
 * each region:  cluster ── namespace ─────────────────────┴─┬─ validators
 *                                                           └─ RPC nodes
 * ```
 *
 * A validator waits for all keys and addresses, which are cheap and early, and for its own region's cluster;
 * never for another region's cluster.
 */
export class BesuNetwork extends pulumi.ComponentResource {
  readonly genesisHash: pulumi.Output<Hex>;
  /** The genesis' validators, ascending. */
  readonly genesisValidators: pulumi.Output<Address[]>;
  /** Of each site, in their order. */
  readonly sites: readonly SiteOutputs[];

  constructor(name: string, args: BesuNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:BesuNetwork", name, {}, opts);
    const network = this;
    const places = args.sites.map(createPlace);
    const seats = places.flatMap((place) => place.seats);
    const keys = seats.map(({ key }) => key);
    const genesis = new Genesis(
      `${name}-genesis`,
      { parameters: args.chain.parameters, validators: keys.map(({ address }) => address) },
      { parent: this },
    );
    const staticNodes = pulumi
      .all(seats.map(({ key, p2p }) => enode(key, p2p)))
      .apply((enodes) => `${JSON.stringify(enodes, null, 2)}\n`);
    const updateHooks = gateUpdates(new UpdateGate(updateWidth(keys.length), UPDATE_PATIENCE_SECONDS));

    this.genesisHash = genesis.hash;
    this.genesisValidators = genesis.genesisValidators;
    this.sites = places.map(createNodes);
    this.registerOutputs({ genesisHash: this.genesisHash, genesisValidators: this.genesisValidators });

    /** The namespace of a site and, of each validator, the key and the address: what the others need of it. */
    function createPlace(site: Site): PreparedSite {
      const inCluster = { parent: network, provider: site.cluster.provider };
      const namespace = new BesuNamespace(
        site.name,
        fullName(args.network, site.name),
        site.cluster.ready,
        inCluster,
      );
      const seatsOfSite = site.region.p2pEndpoints.map((endpoint, index) => {
        const objectName = `validator-${index}`;
        const seatName = `${site.name}-${objectName}`;
        return {
          objectName,
          name: seatName,
          key: new ValidatorKey(`${seatName}-node-key`, { parent: network }),
          p2p: new P2pService(seatName, { objectName, namespace, endpoint }, inCluster),
        };
      });
      return { site, inCluster, namespace, seats: seatsOfSite };
    }

    function createNodes({ site, inCluster, namespace, seats: siteSeats }: PreparedSite): SiteOutputs {
      const contents = { ...inCluster, deletedWith: namespace.deletedWith };
      const genesisConfigMap = configMap("genesis", { "genesis.json": genesis.file });
      const staticNodesConfigMap = configMap("static-nodes", { "static-nodes.json": staticNodes });
      const shared = {
        namespace,
        image: args.image,
        storageClassName: site.cluster.storageClassName,
        zoneSpread: site.cluster.zoneSpread,
        genesisConfigMap: genesisConfigMap.metadata.name,
        staticNodesConfigMap: staticNodesConfigMap.metadata.name,
      };
      for (const seat of siteSeats) {
        new Validator(
          seat.name,
          {
            ...shared,
            ...args.validator,
            objectName: seat.objectName,
            privateKey: seat.key.privateKey,
            maxPeers: MAX_DIALLING_PEERS,
            p2pService: seat.p2p,
            nodes: site.cluster.validatorNodes,
            updateHooks,
          },
          inCluster,
        );
      }
      if (siteSeats.length > 0) {
        new kubernetes.policy.v1.PodDisruptionBudget(
          `${site.name}-validator-disruption-budget`,
          {
            metadata: { name: "validators", namespace: namespace.name, labels: roleLabels("validator") },
            spec: { maxUnavailable: 1, selector: { matchLabels: roleLabels("validator") } },
          },
          contents,
        );
      }
      const rpc =
        site.rpcNodes === 0
          ? undefined
          : new RpcNodes(
              site.name,
              {
                ...shared,
                ...args.rpc,
                replicas: site.rpcNodes,
                maxPeers: MAX_DIALLING_PEERS,
                hosts: args.rpcHosts,
              },
              inCluster,
            );
      return {
        clusterName: site.cluster.clusterName,
        validators: pulumi.all(siteSeats.map(({ key }) => key.address)),
        rpcUrl: rpc?.url,
      };

      function configMap(objectName: string, data: Record<string, pulumi.Input<string>>) {
        return new kubernetes.core.v1.ConfigMap(
          `${site.name}-${objectName}`,
          { metadata: { name: objectName, namespace: namespace.name }, data },
          contents,
        );
      }
    }
  }
}

/** What a site gives to the outside. */
export interface SiteOutputs {
  readonly clusterName: pulumi.Output<string>;
  readonly validators: pulumi.Output<Address[]>;
  readonly rpcUrl: pulumi.Output<string> | undefined;
}

/** A site with its namespace and its validators' seats. */
interface PreparedSite {
  readonly site: Site;
  /** Options of everything in the site's cluster. */
  readonly inCluster: pulumi.ComponentResourceOptions;
  readonly namespace: BesuNamespace;
  readonly seats: readonly ValidatorIdentity[];
}

/** A validator's place in the mesh: all that the other nodes need to know of it. */
interface ValidatorIdentity {
  readonly name: string;
  readonly objectName: string;
  readonly key: ValidatorKey;
  readonly p2p: P2pService;
}

/** Peers beside the static nodes, which do not count: later validators and RPC nodes that dial in. */
const MAX_DIALLING_PEERS = 100;

function enode(key: ValidatorKey, p2p: P2pService): pulumi.Output<string> {
  return pulumi.interpolate`enode://${key.nodeId}@${p2p.address}:${P2P_PORT}`;
}

/** The engine waits in `beforeUpdate` until the gate lets the validator in; creation passes no gate. */
function gateUpdates(gate: UpdateGate): pulumi.ResourceHookBinding {
  const named = (hook: pulumi.ResourceHookArgs | pulumi.ErrorHookArgs) => hook.name;
  return {
    beforeUpdate: [new pulumi.ResourceHook("validator-update-enter", (hook) => gate.enter(named(hook)))],
    afterUpdate: [new pulumi.ResourceHook("validator-update-leave", (hook) => gate.leave(named(hook)))],
    onError: [
      new pulumi.ErrorHook("validator-update-lost", (hook) => {
        gate.lose(named(hook));
        return false;
      }),
    ],
  };
}
