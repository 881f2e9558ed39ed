import type { Finding } from "../../../components/finding";
import { fieldsOf, outlineRegions } from "../outline";
import { DEFAULT_CHAIN_ID } from "../schema";
import { chainConfigKey } from "./contracts-schema";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the rules that relate contracts to other parts of the config: to the stack, the network, the regions, the
 * keys and other chains. Works on the unchecked config, so that these findings are reported together with those of
 * the schema; a value that the schema refuses is ignored here.
 */
export function acrossContracts(config: Fields): Finding[] {
  if (config.stack !== "contracts" && config.stack !== "full") {
    return config.contracts === undefined
      ? []
      : [{ key: "contracts", problem: "would not be deployed: set chainfleet:stack to contracts or full" }];
  }
  if (config.contracts === undefined) {
    return [{ key: "contracts", problem: `is missing; the stack ${config.stack} deploys contracts` }];
  }
  const chains = fieldsOf(fieldsOf(config.contracts).chains);
  return [
    ...duplicateChainIds(chains),
    ...Object.entries(chains).flatMap(([name, chain]) => [
      ...missingEndpoint(chainConfigKey(name), fieldsOf(chain), config),
      ...unsetKeySecret(chainConfigKey(name), fieldsOf(fieldsOf(chain).sender), fieldsOf(config.keys)),
    ]),
  ];
}

/** Each name has a lane of its own, and two lanes of one account would use the same nonces. */
function duplicateChainIds(chains: Fields): Finding[] {
  const names = Object.keys(chains);
  const chainIdOf = (name: string) => fieldsOf(chains[name]).chainId;
  return names.flatMap((name, index) => {
    const chainId = chainIdOf(name);
    const first = names.slice(0, index).find((earlier) => String(chainIdOf(earlier)) === String(chainId));
    return first === undefined || chainId === undefined
      ? []
      : [
          {
            key: `${chainConfigKey(name)}.chainId`,
            problem: `is ${String(chainId)}, as is that of ${first}; put the contracts of one chain under one name`,
          },
        ];
  });
}

/** Only the chain of this stack's own network may leave its endpoint out. */
function missingEndpoint(
  key: string,
  { rpcUrl, rpcStack, rpcRegion, chainId }: Fields,
  config: Fields,
): Finding[] {
  if (rpcUrl !== undefined || rpcStack !== undefined) {
    return [];
  }
  const networkChainId = fieldsOf(config.network).chainId ?? DEFAULT_CHAIN_ID;
  if (config.stack !== "full" || String(chainId) !== String(networkChainId)) {
    return [{ key: `${key}.rpcUrl`, problem: "is missing, and so is rpcStack; the chain cannot be reached" }];
  }
  const regionsWithRpcNodes = outlineRegions(config.regions).filter(({ rpcNodes }) => rpcNodes !== 0);
  if (rpcRegion === undefined) {
    return regionsWithRpcNodes.length > 0
      ? []
      : [{ key: `${key}.rpcUrl`, problem: "is missing, and no region has RPC nodes" }];
  }
  return regionsWithRpcNodes.some(({ name }) => name === rpcRegion)
    ? []
    : [
        {
          key: `${key}.rpcRegion`,
          problem: `is "${String(rpcRegion)}", which is not the name of a region with RPC nodes`,
        },
      ];
}

function unsetKeySecret(key: string, { keySecret }: Fields, keys: Fields): Finding[] {
  if (typeof keySecret !== "string" || !NAME_OF_KEY.test(keySecret) || keys[keySecret] !== undefined) {
    return [];
  }
  return [
    {
      key: `${key}.sender.keySecret`,
      problem: `is "${keySecret}", which is not set; pulumi config set --secret --path chainfleet:keys.${keySecret}`,
    },
  ];
}

/** Any other text may be a private key in the wrong field, which must not be shown. */
const NAME_OF_KEY = /^[A-Za-z_][\w-]{0,40}$/;
