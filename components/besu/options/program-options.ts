import * as pulumi from "@pulumi/pulumi";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../../ports";
import { REMOTE_CONNECTIONS_PERCENTAGE } from "./peers";

/** What the options of a node depend on. */
export interface ProgramOptionArgs {
  /** Maximum number of peers, static nodes included. */
  readonly maxPeers: number;
  /** Host names that the RPC and metrics servers accept in addition to `localhost` and the pod's address. */
  readonly hosts: readonly string[];
  /** The address at which peers reach the node. @default the node only dials its peers */
  readonly p2pHost?: pulumi.Input<string> | undefined;
  /** Path of the file with the node's private key. @default Besu generates a key */
  readonly keyFile?: string | undefined;
  /** Further options of Besu by name, without the leading dashes. */
  readonly options: BesuOptions;
}

/** Options of Besu by name, without the leading dashes. */
export type BesuOptions = Readonly<Record<string, string | number | boolean>>;

/** The variable in a node's environment with the address of its pod. */
export const POD_ADDRESS_VARIABLE = "POD_IP";

/** The command line of a node: https://docs.besu-eth.org/public-networks/reference/cli/options */
export function commandLine(args: ProgramOptionArgs): pulumi.Input<string>[] {
  return [
    "--data-path=/data",
    "--genesis-file=/config/genesis/genesis.json",
    "--static-nodes-file=/config/static-nodes/static-nodes.json",
    ...(args.keyFile === undefined ? [] : [`--node-private-key-file=${args.keyFile}`]),
    "--sync-mode=FULL",
    "--min-gas-price=0",
    "--discovery-enabled=false",
    "--nat-method=NONE",
    `--p2p-port=${P2P_PORT}`,
    ...(args.p2pHost === undefined ? [] : [pulumi.interpolate`--p2p-host=${args.p2pHost}`]),
    `--max-peers=${args.maxPeers}`,
    `--remote-connections-max-percentage=${REMOTE_CONNECTIONS_PERCENTAGE}`,
    "--rpc-http-enabled=true",
    "--rpc-http-host=0.0.0.0",
    `--rpc-http-port=${RPC_PORT}`,
    "--rpc-http-api=ETH,NET,WEB3,QBFT",
    `--host-allowlist=${allowedHosts(args.hosts).join(",")}`,
    "--metrics-enabled=true",
    "--metrics-host=0.0.0.0",
    `--metrics-port=${METRICS_PORT}`,
    ...Object.entries(args.options).map(([option, value]) => `--${option}=${value}`),
  ];
}

/**
 * The list applies to the RPC server and to the metrics server (setHostsAllowlist and hostsAllowlist in BesuCommand.java).
 * A scraper that finds the pods through the Kubernetes API sends the pod's address as the Host. The address of a pod is no
 * name that a web page could rebind.
 */
function allowedHosts(hosts: readonly string[]): string[] {
  return ["localhost", "127.0.0.1", `$(${POD_ADDRESS_VARIABLE})`, ...hosts];
}

/** Why an option cannot be set by the config, and what can be set instead. */
export interface ReservedOption {
  /** Completes "is set by the program: …". */
  readonly reason: string;
  /** What the config has instead. */
  readonly instead?: string;
}

/** The options that the program sets itself, or that would undo what it sets. */
export const RESERVED_OPTIONS: Readonly<Record<string, ReservedOption>> = {
  ...reserved("it is the volume of the node", ["data-path"]),
  ...reserved(
    "it comes from the genesis that the program creates",
    ["genesis-file", "network", "network-id", "override-genesis-config", "sync-mode"],
    "the keys under network",
  ),
  ...reserved(
    "it comes from the regions and their validators",
    ["static-nodes-file", "bootnodes"],
    "regions",
  ),
  ...reserved("it is a key that the program creates for each validator", [
    "node-private-key-file",
    "security-module",
  ]),
  ...reserved("gas is free on the chain", ["min-gas-price"]),
  ...reserved("the nodes find each other through static nodes alone", [
    "discovery-enabled",
    "discovery-mode",
    "nat-method",
    "p2p-enabled",
  ]),
  ...reserved("Services and network policies are made for it", [
    "p2p-port",
    "p2p-interface",
    "rpc-http-enabled",
    "rpc-http-host",
    "rpc-http-port",
    "metrics-enabled",
    "metrics-host",
    "metrics-port",
  ]),
  ...reserved("it is the address of the validator's P2P Service", ["p2p-host"], "p2pAddresses of a region"),
  ...reserved("it follows from the number of validators and RPC nodes", [
    "max-peers",
    "p2p-peer-upper-bound",
    "remote-connections-limit-enabled",
    "remote-connections-max-percentage",
  ]),
  ...reserved("every client that reaches the RPC port could call further methods", [
    "rpc-http-api",
    "rpc-http-apis",
  ]),
  ...reserved("it names the hosts of the node's Services", ["host-allowlist"], "besu.rpcHosts"),
  ...reserved("the probes of the pod use plain HTTP", ["rpc-http-tls-enabled"]),
  ...reserved("it could set every option that the program sets", ["config-file", "profile"], "besu.options"),
  ...reserved("a node would exit instead of running", ["print-paths-and-exit"]),
  // MiningOptions.java requires a terminal total difficulty in the genesis.
  ...reserved(
    "Besu does not start with it on a QBFT chain",
    ["block-txs-selection-max-time"],
    "besu.options.poa-block-txs-selection-max-time",
  ),
};

function reserved(
  reason: string,
  options: readonly string[],
  instead?: string,
): Record<string, ReservedOption> {
  const entry = { reason, ...(instead === undefined ? {} : { instead }) };
  return Object.fromEntries(options.map((option) => [option, entry]));
}
