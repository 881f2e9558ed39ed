import { RPC_PORT } from "../ports";
import type { PolicyResource, Problem, ResourceRule } from "./rule";
import { fields, isUnknown, list, text } from "./values";

/** Whoever reaches a node's JSON-RPC may read the chain, send transactions and use up the node. */
export const publicRpc: ResourceRule = {
  code: "POLICY_PUBLIC_RPC",
  description: "The RPC ports of nodes are open to no address of the Internet that is not on an allow-list.",
  ofResource: (resource) => {
    switch (resource.type) {
      case "kubernetes:core/v1:Service":
        return ofService(resource);
      case "aws:ec2/securityGroup:SecurityGroup":
        return list(resource.properties.ingress).flatMap(ofIngress);
      case "azure-native:network:NetworkSecurityGroup":
        return list(resource.properties.securityRules).flatMap(ofSecurityRule);
      default:
        return [];
    }
  },
};

/** HTTP and WebSocket of Besu's JSON-RPC. */
const RPC_PORTS: readonly number[] = [RPC_PORT, 8546];
const RPC_NAMES: readonly unknown[] = ["rpc", "ws", "json-rpc", "http-rpc", "ws-rpc"];

function ofService({ properties }: PolicyResource): Problem[] {
  const { type, ports, loadBalancerSourceRanges, externalIPs } = fields(properties.spec);
  const open = list(ports).map(fields).filter(isRpcPort);
  if (open.length === 0) {
    return [];
  }
  const numbers = open.map(({ port }) => String(port)).join(", ");
  if (type === "NodePort" || list(externalIPs).length > 0) {
    return [
      {
        problem: `opens the RPC port ${numbers} on addresses of the cluster's machines, where Kubernetes has no allow-list`,
        next: "Make the Service a ClusterIP, or a LoadBalancer with spec.loadBalancerSourceRanges.",
      },
    ];
  }
  if (type !== "LoadBalancer" || isInternal(properties) || isUnknown(loadBalancerSourceRanges)) {
    return [];
  }
  const ranges = list(loadBalancerSourceRanges).map(text);
  const next = "Set spec.loadBalancerSourceRanges to the blocks that may use the RPC port.";
  if (ranges.length === 0) {
    return [{ problem: `opens the RPC port ${numbers} to the Internet without an allow-list`, next }];
  }
  return ranges.some(isEverywhere)
    ? [{ problem: `opens the RPC port ${numbers} with an allow-list that names every address`, next }]
    : [];
}

function isRpcPort({ port, targetPort, name }: Readonly<Record<string, unknown>>): boolean {
  return (
    [port, targetPort].some((number) => RPC_PORTS.includes(Number(number))) ||
    [targetPort, name].some((named) => RPC_NAMES.includes(named))
  );
}

/** The annotations with which Azure and AWS give a load balancer no public address. */
function isInternal({ metadata }: PolicyResource["properties"]): boolean {
  const annotations = fields(fields(metadata).annotations);
  return (
    annotations["service.beta.kubernetes.io/azure-load-balancer-internal"] === "true" ||
    annotations["service.beta.kubernetes.io/aws-load-balancer-internal"] === "true" ||
    annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"] === "internal"
  );
}

function ofIngress(rule: unknown): Problem[] {
  const { cidrBlocks, ipv6CidrBlocks, fromPort, toPort, protocol } = fields(rule);
  const isOpen = [...list(cidrBlocks), ...list(ipv6CidrBlocks)].map(text).some(isEverywhere);
  const range = [
    String(protocol) === "-1" ? 0 : Number(fromPort),
    String(protocol) === "-1" ? 65_535 : Number(toPort),
  ];
  return isOpen && protocol !== "udp" ? openPorts([range]) : [];
}

function ofSecurityRule(rule: unknown): Problem[] {
  const {
    access,
    direction,
    protocol,
    sourceAddressPrefix,
    sourceAddressPrefixes,
    destinationPortRange,
    destinationPortRanges,
  } = fields(rule);
  const sources = [sourceAddressPrefix, ...list(sourceAddressPrefixes)].map(text);
  const isOpen = direction === "Inbound" && access === "Allow" && sources.some(isEverywhere);
  const ranges = [destinationPortRange, ...list(destinationPortRanges)]
    .map(text)
    .filter((range) => range !== undefined)
    .map((range) => (range === "*" ? [0, 65_535] : range.split("-").map(Number)));
  return isOpen && String(protocol).toLowerCase() !== "udp" ? openPorts(ranges) : [];
}

/** @param ranges the first port and the last of each range; a range of one port has only the first. */
function openPorts(ranges: readonly (readonly number[])[]): Problem[] {
  const open = RPC_PORTS.filter((port) =>
    ranges.some(([first = 0, last = first]) => first <= port && port <= last),
  );
  return open.length === 0
    ? []
    : [
        {
          problem: `lets every address reach the RPC port ${open.join(" and ")}`,
          next: "Name in the rule the address blocks that may use the RPC port, or leave the port out.",
        },
      ];
}

/** Azure has `*` and `Internet` for every address. */
function isEverywhere(block: string | undefined): boolean {
  return block !== undefined && /^(\*|internet|any|0\.0\.0\.0(\/0)?|::\/0)$/i.test(block);
}
