import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Hex } from "viem";
import type { Cluster } from "../cluster";
import { fullName, validatorName, validatorObjectName } from "../naming";
import type { P2pEndpoint } from "../region";
import { type KeyStore, KUBERNETES_SECRETS, type NamespaceKeys } from "./keys/key-store";
import { BesuNamespace } from "./namespace";
import { maxPeers } from "./options/peers";
import type { BesuOptions } from "./options/program-options";
import type { SiteNodeArgs } from "./pod";
import type { Release } from "./release/release";
import { roleLabels } from "./role";
import { RpcNodes } from "./rpc-nodes";
import { P2pService, Validator } from "./validator";

/** The resources that a node requests, as Kubernetes quantities. The limits equal the requests. */
export interface NodeSize {
  /** @example "2" */
  readonly cpu: string;
  /** @example "8Gi" */
  readonly memory: string;
  /** Size of the data volume. @example "100Gi" */
  readonly storage: string;
}

/** What the nodes of all sites of a network have in common. */
export interface NetworkNodesArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** The content of Besu's genesis file. */
  readonly genesisFile: pulumi.Input<string>;
  /** Number of validators of the whole network. */
  readonly networkValidators: number;
  /** Number of RPC nodes of the whole network. */
  readonly networkRpcNodes: number;
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
  /** Host names that RPC nodes accept in addition to the names of their Service. */
  readonly rpcHosts: readonly string[];
  /** Hooks that limit how many running validators are updated at once, from `validatorUpdateHooks`. */
  readonly updateHooks: pulumi.ResourceHookBinding;
  /** The hooks from `volumeExpansionHooks`. */
  readonly volumeHooks: pulumi.ResourceHookBinding;
}

/** The arguments of a site. */
export interface BesuSiteArgs extends NetworkNodesArgs {
  readonly cluster: Cluster;
  /** The P2P endpoint of each validator. */
  readonly p2pEndpoints: readonly P2pEndpoint[];
  /** The private key of each validator, in the order of the endpoints. Secret. */
  readonly privateKeys: readonly pulumi.Input<Hex>[];
  /** Where the keys are kept. @default Secrets of the cluster */
  readonly keyStore?: KeyStore | undefined;
  /** Whether a validator joins a living chain, by its number. Somebody else has to wait for those that do. */
  readonly joinsLivingChain: (index: number) => boolean;
  /** Number of RPC nodes of the site. */
  readonly rpcNodes: number;
}

/** The nodes of a site. */
export interface SiteNodes {
  readonly namespace: pulumi.Output<string>;
  /** The StatefulSets of all nodes of the site. */
  readonly statefulSets: readonly kubernetes.apps.v1.StatefulSet[];
  /** The URL inside the cluster. Undefined if the site has no RPC nodes. */
  readonly rpcUrl: pulumi.Output<string> | undefined;
}

/**
 * The part of a Besu network that is in one region.
 *
 * ```
 * cluster ── namespace ─┬─ P2P service of each validator
 *                       ├─ genesis, static nodes ─┬─ validators
 *                       │                         └─ RPC nodes
 * ```
 *
 * A validator waits for the keys and P2P addresses of all validators, which exist early, and for the cluster of its
 * own region, but for no other region's cluster. An address that fails is left out of the list of peers.
 */
export class BesuSite extends pulumi.ComponentResource {
  /** The P2P address of each validator, in the order of `args.p2pEndpoints`. */
  readonly p2pAddresses: readonly pulumi.Output<string>[];
  /**
   * Creates the nodes. The P2P Services are created before, by the constructor, because the nodes of each site need the
   * addresses of the Services of all sites.
   *
   * @param staticNodes the content of static-nodes.json.
   */
  readonly createNodes: (staticNodes: pulumi.Input<string>) => SiteNodes;

  constructor(name: string, args: BesuSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:BesuSite", `${name}-besu`, {}, opts);
    const { cluster, p2pEndpoints } = args;
    const inCluster = { parent: this, provider: cluster.provider };

    const namespace = createNamespace();
    const p2pServices = p2pEndpoints.map(createP2pService);
    this.p2pAddresses = p2pServices.map(({ address }) => address);
    this.createNodes = (staticNodes) => {
      const nodeArgs = createNodeArgs(staticNodes);
      const validators = p2pServices.length > 0 ? createValidators(nodeArgs) : [];
      const rpcNodes = args.rpcNodes > 0 ? createRpcNodes(nodeArgs) : undefined;
      this.registerOutputs({ rpcUrl: rpcNodes?.url });
      return {
        namespace: namespace.name,
        statefulSets: [...validators, ...(rpcNodes === undefined ? [] : [rpcNodes])].map(
          ({ statefulSet }) => statefulSet,
        ),
        rpcUrl: rpcNodes?.url,
      };
    };

    function createNamespace(): BesuNamespace {
      return new BesuNamespace(
        name,
        {
          namespaceName: fullName(args.network, name),
          clusterReady: cluster.ready,
          loadBalancers: p2pEndpoints.length,
          monitoringNamespaces: args.monitoringNamespaces,
        },
        inCluster,
      );
    }

    function createP2pService(endpoint: P2pEndpoint, index: number): P2pService {
      return new P2pService(
        validatorName(name, index),
        { objectName: validatorObjectName(index), namespace, endpoint, loadBalancers: p2pEndpoints.length },
        inCluster,
      );
    }

    function createNodeArgs(staticNodes: pulumi.Input<string>): SharedNodeArgs {
      return {
        namespace,
        image: args.image,
        storageClassName: cluster.storageClassName,
        zoneSpread: cluster.zoneSpread,
        maxPeers: maxPeers(args.networkValidators, args.networkRpcNodes),
        options: args.options,
        genesisConfigMap: createConfigMap("genesis", { "genesis.json": args.genesisFile }),
        staticNodesConfigMap: createConfigMap("static-nodes", { "static-nodes.json": staticNodes }),
      };
    }

    function createConfigMap(
      configMapName: string,
      data: Record<string, pulumi.Input<string>>,
    ): pulumi.Output<string> {
      const { metadata } = new kubernetes.core.v1.ConfigMap(
        `${name}-${configMapName}`,
        { metadata: { name: configMapName, namespace: namespace.name }, data },
        { ...inCluster, deletedWith: namespace.deletedWith },
      );
      return metadata.name;
    }

    function createValidators(nodeArgs: SharedNodeArgs): Validator[] {
      const { keyStore = KUBERNETES_SECRETS } = args;
      const keys = keyStore.inNamespace(name, namespace, inCluster);
      const validators = p2pServices.map((service, index) =>
        createValidator(service, index, { ...nodeArgs, keys }),
      );
      createValidatorDisruptionBudget();
      return validators;
    }

    function createValidator(
      p2pService: P2pService,
      index: number,
      nodeArgs: SharedNodeArgs & { readonly keys: NamespaceKeys },
    ): Validator {
      return new Validator(
        validatorName(name, index),
        {
          ...nodeArgs,
          ...args.validator,
          objectName: validatorObjectName(index),
          privateKey: args.privateKeys[index] as pulumi.Input<Hex>,
          p2pService,
          release: args.release,
          nodes: cluster.validatorNodes,
          zone: p2pEndpoints[index]?.zone,
          joinsLivingChain: args.joinsLivingChain(index),
          updateHooks: args.updateHooks,
          volumeHooks: args.volumeHooks,
        },
        inCluster,
      );
    }

    function createValidatorDisruptionBudget(): void {
      const labels = roleLabels("validator");
      new kubernetes.policy.v1.PodDisruptionBudget(
        `${name}-validator-disruption-budget`,
        {
          metadata: { name: "validators", namespace: namespace.name, labels },
          spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
        },
        { ...inCluster, deletedWith: namespace.deletedWith },
      );
    }

    function createRpcNodes(nodeArgs: SharedNodeArgs): RpcNodes {
      return new RpcNodes(
        name,
        {
          ...nodeArgs,
          ...args.rpc,
          replicas: args.rpcNodes,
          hosts: args.rpcHosts,
          access: cluster,
          volumeHooks: args.volumeHooks,
        },
        inCluster,
      );
    }
  }
}

/** The arguments that all nodes of a site have in common. */
type SharedNodeArgs = Omit<SiteNodeArgs, keyof NodeSize>;
