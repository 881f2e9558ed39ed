import { createHash } from "node:crypto";
import { type Hex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { NodeDescription, WireFormats } from "../../qbft/node";
import type { Enode } from "../../qbft/peers";
import { NodeOptions } from "../besu/options";
import type { BesuPod } from "./pods";

/** The node that a pod describes. */
export interface DescribedNode {
  readonly description: NodeDescription;
  readonly options: NodeOptions;
  readonly release: string;
}

/** @throws Error if a file is missing or unreadable, with which Besu would not start. */
export function describeNode(pod: BesuPod): DescribedNode {
  const options = new NodeOptions(pod.args);
  const account = privateKeyToAccount(privateKey(pod, options));
  const id = account.publicKey.slice("0x04".length);
  const release = /:(\d+\.\d+\.\d+)/.exec(pod.image)?.[1] ?? "0.0.0";
  return {
    description: {
      id,
      account: account.address.toLowerCase() as Hex,
      host: options.get("p2p-host"),
      place: pod.namespace,
      dials: staticNodes(fileOf(pod, options.get("static-nodes-file"))),
      wire: wireFormats(release, options.get("Xbft-legacy-protocol-encoding") === "true"),
    },
    options,
    release,
  };
}

/** Without the option, Besu generates a key in its data folder. */
function privateKey(pod: BesuPod, options: NodeOptions): Hex {
  const path = options.get("node-private-key-file");
  return path === undefined
    ? toHex(createHash("sha256").update(`key ${pod.volume}`).digest())
    : (`0x${fileOf(pod, path).trim().replace(/^0x/, "")}` as Hex);
}

function fileOf({ files }: BesuPod, path: string | undefined): string {
  const content = path === undefined ? undefined : files.get(path);
  if (content === undefined) {
    throw new Error(`the pod has no file ${path}`);
  }
  return content;
}

export function genesisFileOf(pod: BesuPod): string {
  return fileOf(pod, new NodeOptions(pod.args).get("genesis-file"));
}

function staticNodes(file: string): Enode[] {
  return (JSON.parse(file) as string[]).flatMap((url) => {
    const [, id, host] = /^enode:\/\/([0-9a-f]{128})@([^:]+):\d+/i.exec(url) ?? [];
    return id === undefined || host === undefined ? [] : [{ id: id.toLowerCase(), host }];
  });
}

/**
 * The forms of the QBFT messages of a release: https://github.com/besu-eth/besu/pull/9629 (26.1.0) added the block access list,
 * and https://github.com/besu-eth/besu/pull/10499 (26.6.0) lets both be read, and the old form be sent with an option.
 */
function wireFormats(release: string, legacy: boolean): WireFormats {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  if (major < 26) {
    return { sends: 25, reads: [25] };
  }
  return minor < 6 ? { sends: 26, reads: [26] } : { sends: legacy ? 25 : 26, reads: [25, 26] };
}
