import type { AbiFunction } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import {
  artifactOf,
  type CallDefinition,
  type ChainDefinition,
  callConfigKey,
  type DoneDefinition,
} from "../definitions/definitions";
import { findFunction, namesOf } from "../definitions/parameters";
import type { ReferenceContext } from "../definitions/references";
import { expected } from "../definitions/returns";
import { argumentFindings, valueFindings } from "./argument-findings";
import { type ContractNames, meantReference, referenceFindings } from "./reference-findings";

/**
 * Everything that is wrong with one call. What depends on something wrong is left out: the functions of a contract
 * that is not there, the arguments of a function that is not there.
 */
export function callFindings(
  chain: ChainDefinition,
  call: CallDefinition,
  contracts: ContractNames,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const key = callConfigKey(chain, call.name);
  const surroundings = { chain: chain.name, sender: chain.sender };
  const artifact = artifactOf(chain, call.contract, artifacts);
  const references = [
    ...entriesAt(`${key}.args`, call.args),
    ...entriesAt(`${key}.done.args`, call.done.args),
    [`${key}.done.returns`, call.done.returns] as const,
  ];
  return [
    ...namingFindings(key, chain, call),
    ...safeFindings(key, call, artifactOf(chain, call.through, artifacts)),
    ...references.flatMap(([at, value]) => referenceFindings(at, value, chain.name, contracts)),
    ...(artifact === undefined
      ? []
      : [
          ...calledFindings(key, call, artifact, surroundings),
          ...doneFindings(`${key}.done`, call.done, artifact, surroundings),
        ]),
  ];
}

function namingFindings(
  key: string,
  { name: chain, contracts, calls }: ChainDefinition,
  { contract, through, after }: CallDefinition,
): Finding[] {
  const here = contracts.map(({ name }) => name);
  const others = calls.map(({ name }) => name);
  const unknownContract = (part: string, name: string) =>
    here.includes(name)
      ? []
      : [
          {
            key: `${key}.${part}`,
            problem: `is "${name}", which is no contract of ${chain}${suggestion(name, here)}`,
          },
        ];
  return [
    ...unknownContract("contract", contract),
    ...(through === undefined ? [] : unknownContract("through", through)),
    ...entriesAt(`${key}.after`, after).flatMap(([at, other]) =>
      others.includes(String(other))
        ? []
        : [
            {
              key: at,
              problem: `is "${other}", which is no call of ${chain}${suggestion(String(other), others)}`,
            },
          ],
    ),
  ];
}

/** Another contract might take the call by its fallback: it would succeed and do nothing. */
function safeFindings(key: string, { through }: CallDefinition, safe: Artifact | undefined): Finding[] {
  return safe === undefined || typeof findFunction(safe.abi, "execTransaction") !== "string"
    ? []
    : [{ key: `${key}.through`, problem: `is "${through}", which is no Safe: it has no execTransaction` }];
}

function calledFindings(
  key: string,
  call: CallDefinition,
  { abi }: Artifact,
  surroundings: ReferenceContext,
): Finding[] {
  const called = findFunction(abi, call.function);
  if (typeof called === "string") {
    return [{ key: `${key}.function`, problem: called }];
  }
  return [
    ...(isView(called)
      ? [
          {
            key: `${key}.function`,
            problem: `is "${called.name}", a view: as a transaction it changes nothing`,
          },
        ]
      : []),
    ...argumentFindings(`${key}.args`, called.inputs, call.args, surroundings),
  ];
}

function isView({ stateMutability }: AbiFunction): boolean {
  return stateMutability === "view" || stateMutability === "pure";
}

function doneFindings(
  key: string,
  done: DoneDefinition,
  { abi }: Artifact,
  surroundings: ReferenceContext,
): Finding[] {
  const asked = findFunction(abi, done.function);
  if (typeof asked === "string") {
    return [{ key: `${key}.function`, problem: asked }];
  }
  return [
    ...argumentFindings(`${key}.args`, asked.inputs, done.args, surroundings),
    ...(asked.outputs.length === 0
      ? [
          {
            key: `${key}.function`,
            problem: `is "${asked.name}", which returns nothing; it must tell something`,
          },
        ]
      : isView(asked)
        ? returnsFindings(`${key}.returns`, asked, done.returns, surroundings)
        : [
            {
              key: `${key}.function`,
              problem: `is "${asked.name}", which is no view: it would tell what it would do, not what was done`,
            },
          ]),
  ];
}

function returnsFindings(
  key: string,
  asked: AbiFunction,
  returns: unknown,
  surroundings: ReferenceContext,
): Finding[] {
  const { outputs } = asked;
  if (returns !== undefined && outputs.some(({ type }) => type.startsWith("tuple"))) {
    return [
      {
        key,
        problem: `cannot be compared: ${asked.name} returns a struct; leave returns out or ask another view`,
      },
    ];
  }
  const names = outputs.map((output) => namesOf(output, outputs)[0] ?? output.type);
  const wanted = expected(asked, returns);
  if (returns !== undefined && wanted.length === 0) {
    return [
      {
        key,
        problem: `names nothing to compare; leave it out if ${asked.name} reverts until the call was made`,
      },
    ];
  }
  const meant = meantReference(returns);
  if (meant !== undefined && wanted.every(({ index }) => index === -1)) {
    return [{ key, problem: `is ${JSON.stringify(returns)}; did you mean ${meant}?` }];
  }
  return wanted.flatMap(({ at, index, value }) => {
    const output = outputs[index];
    return output === undefined
      ? [
          {
            key: `${key}${at}`,
            problem: `is no value of ${asked.name}, which returns ${names.join(", ")}${suggestion(at.replace(/^\./, ""), names)}`,
          },
        ]
      : valueFindings(`${key}${at}`, output, value, surroundings);
  });
}
