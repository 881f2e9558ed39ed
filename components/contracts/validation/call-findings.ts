import type { AbiFunction } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import {
  artifactOf,
  type CallDefinition,
  type ChainDefinition,
  type DoneDefinition,
} from "../definitions/definitions";
import { findFunction, isView, namesOf } from "../definitions/parameters";
import type { ReferenceContext } from "../definitions/references";
import { expectedReturns } from "../definitions/returns";
import { argumentFindings, valueFindings } from "./argument-findings";
import { type ContractNames, intendedReference, referenceFindings } from "./reference-findings";

/**
 * Everything that is wrong with one call. What depends on something wrong is not checked: the functions of an unknown
 * contract, the arguments of an unknown function.
 */
export function callFindings(
  chain: ChainDefinition,
  call: CallDefinition,
  contracts: ContractNames,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const { configKey } = call;
  const context = { chain: chain.name, sender: chain.sender };
  const artifact = artifactOf(chain, call.contract, artifacts);
  const values = [
    ...entriesAt(`${configKey}.args`, call.args),
    ...entriesAt(`${configKey}.done.args`, call.done.args),
    [`${configKey}.done.returns`, call.done.returns] as const,
  ];
  return [
    ...nameFindings(chain, call),
    ...safeFindings(call, artifactOf(chain, call.through, artifacts)),
    ...values.flatMap(([key, value]) => referenceFindings(key, value, chain.name, contracts)),
    ...(artifact === undefined
      ? []
      : [
          ...functionFindings(call, artifact, context),
          ...doneFindings(`${configKey}.done`, call.done, artifact, context),
        ]),
  ];
}

/** Names of contracts and calls that the chain does not have. */
function nameFindings(
  { name: chain, contracts, calls }: ChainDefinition,
  { configKey, contract, through, after }: CallDefinition,
): Finding[] {
  const contractNames = contracts.map(({ name }) => name);
  const callNames = calls.map(({ name }) => name);
  const unknownContract = (key: string, name: string) =>
    contractNames.includes(name)
      ? []
      : [
          {
            key: `${configKey}.${key}`,
            problem: `is "${name}", which is no contract of ${chain}${suggestion(name, contractNames)}`,
          },
        ];
  return [
    ...unknownContract("contract", contract),
    ...(through === undefined ? [] : unknownContract("through", through)),
    ...entriesAt(`${configKey}.after`, after).flatMap(([key, name]) =>
      callNames.includes(String(name))
        ? []
        : [
            {
              key,
              problem: `is "${name}", which is no call of ${chain}${suggestion(String(name), callNames)}`,
            },
          ],
    ),
  ];
}

/** The fallback function of another contract might accept the call: the transaction would succeed and do nothing. */
function safeFindings({ configKey, through }: CallDefinition, safe: Artifact | undefined): Finding[] {
  return safe === undefined || findFunction(safe.abi, "execTransaction").kind === "function"
    ? []
    : [
        {
          key: `${configKey}.through`,
          problem: `is "${through}", which is no Safe: it has no execTransaction`,
        },
      ];
}

function functionFindings(
  { configKey, function: name, args }: CallDefinition,
  { abi }: Artifact,
  context: ReferenceContext,
): Finding[] {
  const key = `${configKey}.function`;
  const found = findFunction(abi, name);
  if (found.kind === "problem") {
    return [{ key, problem: found.problem }];
  }
  const { entry } = found;
  return [
    ...(isView(entry)
      ? [{ key, problem: `is "${entry.name}", a view: as a transaction it changes nothing` }]
      : []),
    ...argumentFindings(`${configKey}.args`, entry.inputs, args, context),
  ];
}

function doneFindings(
  doneKey: string,
  done: DoneDefinition,
  { abi }: Artifact,
  context: ReferenceContext,
): Finding[] {
  const key = `${doneKey}.function`;
  const found = findFunction(abi, done.function);
  if (found.kind === "problem") {
    return [{ key, problem: found.problem }];
  }
  const { entry } = found;
  return [
    ...argumentFindings(`${doneKey}.args`, entry.inputs, done.args, context),
    ...(entry.outputs.length === 0
      ? [{ key, problem: `is "${entry.name}", which returns nothing; choose a view that returns a value` }]
      : isView(entry)
        ? returnsFindings(`${doneKey}.returns`, entry, done.returns, context)
        : [
            {
              key,
              problem: `is "${entry.name}", which is no view: it shows what a transaction would do, not what was done`,
            },
          ]),
  ];
}

function returnsFindings(
  key: string,
  view: AbiFunction,
  returns: unknown,
  context: ReferenceContext,
): Finding[] {
  const { outputs } = view;
  if (returns !== undefined && outputs.some(({ type }) => type.startsWith("tuple"))) {
    return [
      {
        key,
        problem: `cannot be compared: ${view.name} returns a struct; leave returns out or choose another view`,
      },
    ];
  }
  const expected = expectedReturns(view, returns);
  if (returns !== undefined && expected.length === 0) {
    return [
      {
        key,
        problem: `names no value to compare; leave returns out if ${view.name} reverts until the call was made`,
      },
    ];
  }
  const intended = intendedReference(returns);
  if (intended !== undefined && expected.every(({ index }) => index === -1)) {
    return [{ key, problem: `is ${JSON.stringify(returns)}; did you mean ${intended}?` }];
  }
  const names = outputs.map((output) => namesOf(output, outputs)[0] ?? output.type);
  return expected.flatMap(({ at, index, value }) => {
    const output = outputs[index];
    return output === undefined
      ? [
          {
            key: `${key}${at}`,
            problem: `is no value of ${view.name}, which returns ${names.join(", ")}${suggestion(at.replace(/^\./, ""), names)}`,
          },
        ]
      : valueFindings(`${key}${at}`, output, value, context);
  });
}
