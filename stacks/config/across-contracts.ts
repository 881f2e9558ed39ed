import type { Finding } from "../../components/finding";
import { chainConfigKey } from "./contracts-schema";
import { fieldsOf as object, outlineRegions } from "./outline";
import { DEFAULT_CHAIN_ID } from "./schema";

type Raw = Readonly<Record<string, unknown>>;

/**
 * What no schema of one chain can see. Works on the raw values, so that these findings come together with those of
 * the schema; a value that the schema refuses is passed over here.
 */
export function acrossContracts(raw: Raw): Finding[] {
  if (raw.stack !== "contracts" && raw.stack !== "full") {
    return raw.contracts === undefined
      ? []
      : [{ key: "contracts", problem: "would not be deployed: set chainfleet:stack to contracts or full" }];
  }
  if (raw.contracts === undefined) {
    return [{ key: "contracts", problem: `is missing; the stack ${raw.stack} deploys contracts` }];
  }
  const { chains } = object(raw.contracts);
  return sameChain(object(chains)).concat(
    Object.entries(object(chains)).flatMap(([name, chain]) => {
      const key = chainConfigKey(name);
      return [
        ...endpoint(key, object(chain), raw),
        ...keySource(`${key}.sender`, object(object(chain).sender), object(raw.keys)),
        ...existing(key, object(object(chain).contracts)),
        ...explorers(key, object(chain).explorers),
      ];
    }),
  );
}

/** Two entries for one chain would send from one account without knowing of each other. */
function sameChain(chains: Raw): Finding[] {
  const names = Object.keys(chains);
  const idOf = (name: string) => String(object(chains[name]).chainId);
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((one) => idOf(one) === idOf(name));
    return other === undefined || object(chains[name]).chainId === undefined
      ? []
      : [
          {
            key: `contracts.chains.${name}.chainId`,
            problem: `is ${idOf(name)}, as is that of ${other}; put the contracts of one chain under one name`,
          },
        ];
  });
}

function endpoint(key: string, { rpcUrl, rpcStack, rpcRegion, chainId }: Raw, raw: Raw): Finding[] {
  if (rpcUrl !== undefined) {
    return [
      ...(rpcStack === undefined
        ? []
        : [{ key: `${key}.rpcStack`, problem: "is one endpoint too many beside rpcUrl" }]),
      ...(rpcRegion === undefined
        ? []
        : [{ key: `${key}.rpcRegion`, problem: "is one endpoint too many beside rpcUrl" }]),
    ];
  }
  if (rpcStack !== undefined) {
    return [];
  }
  const ours = object(raw.network).chainId ?? DEFAULT_CHAIN_ID;
  if (raw.stack !== "full" || String(chainId) !== String(ours)) {
    return [{ key: `${key}.rpcUrl`, problem: "is missing, and so is rpcStack; the chain cannot be reached" }];
  }
  const wanted = outlineRegions(raw.regions).filter(
    ({ name, rpcNodes }) => (rpcRegion === undefined || name === rpcRegion) && rpcNodes !== 0,
  );
  return wanted.length > 0
    ? []
    : [
        rpcRegion === undefined
          ? { key: `${key}.rpcUrl`, problem: "is missing, and no region has RPC nodes" }
          : {
              key: `${key}.rpcRegion`,
              problem: `is "${String(rpcRegion)}", which is no region with RPC nodes`,
            },
      ];
}

function keySource(key: string, sender: Raw, keys: Raw): Finding[] {
  const sources = ["keyVariable", "keystore", "keySecret"].filter((source) => sender[source] !== undefined);
  return [
    ...(sources.length === 1
      ? []
      : [
          {
            key,
            problem: `has ${sources.join(" and ") || "no key"}; must have one of keyVariable, keystore, keySecret`,
          },
        ]),
    ...((sender.keystore === undefined) === (sender.passwordVariable === undefined)
      ? []
      : [
          { key: `${key}.passwordVariable`, problem: "and keystore belong together; one of them is missing" },
        ]),
    // Anything else may be the key itself, and must not be shown.
    ...(typeof sender.keySecret !== "string" ||
    !/^[A-Za-z_][\w-]{0,40}$/.test(sender.keySecret) ||
    keys[sender.keySecret] !== undefined
      ? []
      : [
          {
            key: `${key}.keySecret`,
            problem: `is "${sender.keySecret}", which is not set; pulumi config set --secret --path chainfleet:keys.${sender.keySecret}`,
          },
        ]),
  ];
}

function existing(key: string, contracts: Raw): Finding[] {
  return Object.entries(contracts).flatMap(([name, raw]) => {
    const contract = object(raw);
    const useless = ["args", "salt", "create"].filter(
      (part) => contract.at !== undefined && contract[part] !== undefined,
    );
    return [
      ...(contract.at === undefined && contract.codeHash !== undefined
        ? [{ key: `${key}.contracts.${name}.codeHash`, problem: "needs at: it is of code that is there" }]
        : []),
      ...useless.map((part) => ({
        key: `${key}.contracts.${name}.${part}`,
        problem: "says how to make a contract that is there: at is set",
      })),
      ...(contract.create === "create" && contract.salt !== undefined
        ? [{ key: `${key}.contracts.${name}.salt`, problem: "has no meaning with create: create" }]
        : []),
    ];
  });
}

function explorers(key: string, raw: unknown): Finding[] {
  return (Array.isArray(raw) ? raw : []).map(object).flatMap(({ kind, url, apiKey }, index) => [
    ...(kind === "blockscout" && url === undefined
      ? [{ key: `${key}.explorers[${index}].url`, problem: "is missing; every Blockscout has its own" }]
      : []),
    ...(kind === "etherscan" && apiKey === undefined
      ? [
          {
            key: `${key}.explorers[${index}].apiKey`,
            problem: "is missing; Etherscan answers nobody without one",
          },
        ]
      : []),
  ]);
}
