import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import type { Cluster } from "../cluster";
import { fullName } from "../naming";
import { P2P_PORT } from "../ports";
import type { Region } from "../region";
import { type Chain, Genesis } from "./genesis/genesis-resource";
import { BesuNamespace } from "./namespace";
import { maxPeers } from "./options/peers";
import type { BesuOptions } from "./options/program-options";
import type { SiteNodeArgs } from "./pod";
import type { Release } from "./release/release";
import { roleLabels } from "./role";
import { RpcNodes } from "./rpc-nodes";
import type { UpdateGate } from "./update-gate";
import { validatorUpdateHooks } from "./update-hooks";
import { P2pService, Validator } from "./validator";
import { ValidatorKey } from "./validator-key";

/** The resources that a node requests, as Kubernetes quantities. The limits equal the requests. */
export interface NodeSize {
  /** @example "2" */
  readonly cpu: string;
  /** @example "8Gi" */
  readonly memory: string;
  /** Size of the data volume. @example "100Gi" */
  readonly storage: string;
}

/** The part of the network that is in one region. */
export interface Site {
  /** Name of the region. */
  readonly name: string;
  readonly region: Region;
  readonly cluster: Cluster;
  /** Number of RPC nodes. */
  readonly rpcNodes: number;
}

/** The arguments of a network. */
export interface BesuNetworkArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  readonly chain: Chain;
  readonly sites: readonly Site[];
  /** The Besu image with its tag or digest. @example "hyperledger/besu:26.9.0" */
  readonly image: string;
  /** The Besu release in the image. */
  readonly release: Release;
  /** Further options of Besu by name, without the leading dashes. */
  readonly options: BesuOptions;
  /** The namespaces whose pods may scrape the nodes' metrics. */
  readonly monitoringNamespaces: readonly string[];
  readonly validator: NodeSize;
  readonly rpc: NodeSize;
  /** Limits how many validators are updated at once. The clusters of the sites use the same gate. */
  readonly updateGate: UpdateGate;
  /** Host names that RPC nodes accept in addition to the names of their Service. */
  readonly rpcHosts: readonly string[];
}

/**
 * A QBFT network of Besu nodes in several regions.
 *
 * ```
 * keys of all validators ─┬─ genesis (created once) ──────┐
 *                         └─┬─ static nodes (full mesh) ──┤
 * P2P addresses of all ─────┘                             │
 * each region:  cluster ── namespace ─────────────────────┴─┬─ validators
 *                                                           └─ RPC nodes
 * ```
 *
 * A validator waits for the keys and P2P addresses of all validators, which exist early, and for the cluster of its
 * own region, but for no other region's cluster.
 */
export class BesuNetwork extends pulumi.ComponentResource {
  readonly genesisHash: pulumi.Output<Hex>;
  /** The addresses of the validators in the genesis block, ascending. */
  readonly genesisValidators: pulumi.Output<Address[]>;
  /** The outputs of each site, in the order of `args.sites`. */
  readonly sites: readonly SiteOutputs[];

  constructor(name: string, args: BesuNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:BesuNetwork", name, {}, opts);
    const parent = { parent: this };

    const preparedSites = args.sites.map(prepareSite);
    const identities = preparedSites.flatMap(({ validators }) => validators);
    const genesis = createGenesis();
    const staticNodes = staticNodesFile(identities);
    const updateHooks = validatorUpdateHooks(args.updateGate);
    const sites = preparedSites.map(createNodes);

    this.genesisHash = genesis.hash;
    this.genesisValidators = genesis.genesisValidators;
    this.sites = sites;
    this.registerOutputs({ genesisHash: this.genesisHash, genesisValidators: this.genesisValidators });

    function prepareSite(site: Site): PreparedSite {
      const inCluster = { ...parent, provider: site.cluster.provider };
      const namespaceName = fullName(args.network, site.name);
      const namespace = new BesuNamespace(
        site.name,
        {
          namespaceName,
          clusterReady: site.cluster.ready,
          loadBalancers: site.region.p2pEndpoints.length,
          monitoringNamespaces: args.monitoringNamespaces,
        },
        inCluster,
      );
      const validators = site.region.p2pEndpoints.map((endpoint, index) => {
        const objectName = `validator-${index}`;
        const validatorName = `${site.name}-${objectName}`;
        return {
          name: validatorName,
          objectName,
          key: new ValidatorKey(`${validatorName}-node-key`, parent),
          p2pService: new P2pService(
            validatorName,
            { objectName, namespace, endpoint, loadBalancers: site.region.p2pEndpoints.length },
            inCluster,
          ),
          zone: endpoint.zone,
        };
      });
      return { site, inCluster, namespace, validators };
    }

    function createGenesis(): Genesis {
      return new Genesis(
        `${name}-genesis`,
        { parameters: args.chain.parameters, validators: identities.map(({ key }) => key.address) },
        parent,
      );
    }

    function createNodes(prepared: PreparedSite): SiteOutputs {
      const nodeArgs = createNodeArgs(prepared);
      for (const identity of prepared.validators) {
        createValidator(prepared, identity, nodeArgs);
      }
      if (prepared.validators.length > 0) {
        createValidatorDisruptionBudget(prepared);
      }
      const rpcNodes = prepared.site.rpcNodes > 0 ? createRpcNodes(prepared, nodeArgs) : undefined;
      return {
        clusterName: prepared.site.cluster.clusterName,
        validators: pulumi.all(prepared.validators.map(({ key }) => key.address)),
        rpcUrl: rpcNodes?.url,
      };
    }

    function createNodeArgs(prepared: PreparedSite): SharedNodeArgs {
      const { cluster } = prepared.site;
      return {
        namespace: prepared.namespace,
        image: args.image,
        storageClassName: cluster.storageClassName,
        zoneSpread: cluster.zoneSpread,
        maxPeers: maxPeers(
          identities.length,
          args.sites.reduce((sum, { rpcNodes }) => sum + rpcNodes, 0),
        ),
        options: args.options,
        genesisConfigMap: createConfigMap(prepared, "genesis", { "genesis.json": genesis.file }),
        staticNodesConfigMap: createConfigMap(prepared, "static-nodes", { "static-nodes.json": staticNodes }),
      };
    }

    function createValidator(
      { site, inCluster }: PreparedSite,
      { name: validatorName, objectName, key, p2pService, zone }: ValidatorIdentity,
      nodeArgs: SharedNodeArgs,
    ): void {
      new Validator(
        validatorName,
        {
          ...nodeArgs,
          ...args.validator,
          objectName,
          privateKey: key.privateKey,
          p2pService,
          release: args.release,
          nodes: site.cluster.validatorNodes,
          zone,
          updateHooks,
        },
        inCluster,
      );
    }

    function createRpcNodes({ site, inCluster }: PreparedSite, nodeArgs: SharedNodeArgs): RpcNodes {
      return new RpcNodes(
        site.name,
        { ...nodeArgs, ...args.rpc, replicas: site.rpcNodes, hosts: args.rpcHosts },
        inCluster,
      );
    }
  }
}

/** The outputs of a site. */
export interface SiteOutputs {
  readonly clusterName: pulumi.Output<string>;
  /** The addresses of the site's validators, in the order of the region's P2P endpoints. */
  readonly validators: pulumi.Output<Address[]>;
  /** Undefined if the site has no RPC nodes. */
  readonly rpcUrl: pulumi.Output<string> | undefined;
}

/** A site with its namespace and the identities of its validators, before any node is created. */
interface PreparedSite {
  readonly site: Site;
  /** The resource options for everything in the site's cluster. */
  readonly inCluster: pulumi.ComponentResourceOptions;
  readonly namespace: BesuNamespace;
  readonly validators: readonly ValidatorIdentity[];
}

/** The key and P2P address of a validator. The enode URL consists of both. */
interface ValidatorIdentity {
  /** Resource name, unique in the stack. @example "eastus-validator-0" */
  readonly name: string;
  /** Name of the Kubernetes objects, unique in the namespace. @example "validator-0" */
  readonly objectName: string;
  readonly key: ValidatorKey;
  readonly p2pService: P2pService;
  /** The availability zone that the P2P address reaches. Undefined: every zone of the cluster. */
  readonly zone: pulumi.Output<string> | undefined;
}

/** The arguments that all nodes of a site have in common. */
type SharedNodeArgs = Omit<SiteNodeArgs, keyof NodeSize>;

/** The content of static-nodes.json: the enode URL of every validator. */
function staticNodesFile(identities: readonly ValidatorIdentity[]): pulumi.Output<string> {
  const enodes = identities.map(
    ({ key, p2pService }) => pulumi.interpolate`enode://${key.nodeId}@${p2pService.address}:${P2P_PORT}`,
  );
  return pulumi.all(enodes).apply((urls) => `${JSON.stringify(urls, null, 2)}\n`);
}

function createConfigMap(
  { site, inCluster, namespace }: PreparedSite,
  objectName: string,
  data: Record<string, pulumi.Input<string>>,
): pulumi.Output<string> {
  const { metadata } = new kubernetes.core.v1.ConfigMap(
    `${site.name}-${objectName}`,
    { metadata: { name: objectName, namespace: namespace.name }, data },
    { ...inCluster, deletedWith: namespace.deletedWith },
  );
  return metadata.name;
}

function createValidatorDisruptionBudget({ site, inCluster, namespace }: PreparedSite): void {
  const labels = roleLabels("validator");
  new kubernetes.policy.v1.PodDisruptionBudget(
    `${site.name}-validator-disruption-budget`,
    {
      metadata: { name: "validators", namespace: namespace.name, labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    { ...inCluster, deletedWith: namespace.deletedWith },
  );
}
