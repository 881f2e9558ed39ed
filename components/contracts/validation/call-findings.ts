import type { AbiFunction, AbiParameter } from "viem";
import { entriesAt, type Finding } from "../../finding";
import { suggestion } from "../../suggestion";
import type { Artifact } from "../build/artifact";
import {
  artifactOf,
  type CallDefinition,
  type ChainDefinition,
  calledArtifact,
  type DoneDefinition,
} from "../definitions/definitions";
import { componentsOf, findFunction, isView, namesOf } from "../definitions/parameters";
import { expectedReturns } from "../definitions/returns";
import { argumentFindings, valueFindings } from "./argument-findings";
import {
  type CheckedContext,
  intendedReference,
  untypedArgumentFindings,
  untypedReferenceFindings,
} from "./reference-findings";

/**
 * Everything that is wrong with one call. What depends on something wrong is not checked: the functions of an unknown
 * contract, the arguments of an unknown function.
 */
export function callFindings(
  chain: ChainDefinition,
  call: CallDefinition,
  context: CheckedContext,
  artifacts: ReadonlyMap<string, Artifact>,
): Finding[] {
  const { configKey } = call;
  const artifact = calledArtifact(chain, call, artifacts);
  return [
    ...nameFindings(chain, call),
    ...interfaceFindings(call, artifact, context),
    ...safeFindings(call, artifactOf(chain, call.through, artifacts)),
    ...functionFindings(call, artifact, context),
    ...doneFindings(`${configKey}.done`, call.done, artifact, context),
    ...(artifact === undefined ? [] : unseenArgumentFindings(call, artifact)),
  ];
}

function interfaceFindings(
  { configKey, interface: named }: CallDefinition,
  artifact: Artifact | undefined,
  { chain, interfaceNames }: CheckedContext,
): Finding[] {
  return named === undefined || artifact !== undefined
    ? []
    : [
        {
          key: `${configKey}.interface`,
          problem: `is "${named}", which is no contract of ${chain} or of contracts/src${suggestion(named, interfaceNames)}`,
        },
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

/** @param artifact undefined if the called contract or interface is unknown, which has a finding of its own. */
function functionFindings(
  { configKey, function: name, args, value }: CallDefinition,
  artifact: Artifact | undefined,
  context: CheckedContext,
): Finding[] {
  const key = `${configKey}.function`;
  const found = artifact && findFunction(artifact.abi, name);
  if (found?.kind !== "function") {
    return [
      ...(found === undefined ? [] : [{ key, problem: found.problem }]),
      ...untypedArgumentFindings(`${configKey}.args`, args, context),
    ];
  }
  const { entry } = found;
  return [
    ...(isView(entry)
      ? [{ key, problem: `is "${entry.name}", a view: as a transaction it changes nothing` }]
      : []),
    ...(value > 0n && entry.stateMutability !== "payable"
      ? [
          {
            key: `${configKey}.value`,
            problem: `is ${value}; ${entry.name} is not payable, so that it would revert`,
          },
        ]
      : []),
    ...argumentFindings(`${configKey}.args`, entry.inputs, args, context),
  ];
}

function doneFindings(
  doneKey: string,
  done: DoneDefinition,
  artifact: Artifact | undefined,
  context: CheckedContext,
): Finding[] {
  const key = `${doneKey}.function`;
  const found = artifact && findFunction(artifact.abi, done.function);
  if (found?.kind !== "function") {
    return [
      ...(found === undefined ? [] : [{ key, problem: found.problem }]),
      ...untypedArgumentFindings(`${doneKey}.args`, done.args, context),
      ...untypedReferenceFindings(`${doneKey}.returns`, done.returns, context),
    ];
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

/**
 * A view that only has to answer shows that some call was made, and not which: another argument would be recorded as sent
 * and never be sent. Views that return structs are left out, because these cannot be compared.
 */
function unseenArgumentFindings({ configKey, args, done }: CallDefinition, { abi }: Artifact): Finding[] {
  const found = findFunction(abi, done.function);
  const asked = Object.values(done.args).map((value) => JSON.stringify(value));
  const isSeen = Object.values(args).every((value) => asked.includes(JSON.stringify(value)));
  return done.returns !== undefined ||
    isSeen ||
    found.kind === "problem" ||
    !isView(found.entry) ||
    found.entry.outputs.length === 0 ||
    found.entry.outputs.some(({ type }) => type.startsWith("tuple"))
    ? []
    : [
        {
          key: `${configKey}.done.returns`,
          problem: `is missing: whatever ${found.entry.name} returns would count, so that a later change of the call's arguments is never sent. Name what ${found.entry.name} returns once the call was made`,
        },
      ];
}

function returnsFindings(
  key: string,
  view: AbiFunction,
  returns: unknown,
  context: CheckedContext,
): Finding[] {
  const { outputs } = view;
  const expected = expectedReturns(view, returns);
  if (returns !== undefined && expected.length === 0) {
    return [
      {
        key,
        problem: `names no value to compare; name what ${view.name} returns once the call was made`,
      },
    ];
  }
  const intended = intendedReference(returns);
  if (intended !== undefined && expected.every(({ path }) => path === undefined)) {
    return [{ key, problem: `is ${JSON.stringify(returns)}; did you mean ${intended}?` }];
  }
  const names = namesIn(outputs);
  return expected.flatMap(({ at, parameter, value }) =>
    parameter === undefined
      ? [
          {
            key: `${key}${at}`,
            problem: `is no value of ${view.name}, which returns ${names.join(", ")}${suggestion(at.replace(/^.*\./, ""), names)}`,
          },
        ]
      : valueFindings(`${key}${at}`, parameter, value, context),
  );
}

/** The names by which `returns` may name values: those of the outputs, or of the fields of a struct that is the only output. */
function namesIn(outputs: readonly AbiParameter[]): string[] {
  const [only] = outputs;
  const fields = outputs.length === 1 && only !== undefined ? componentsOf(only) : undefined;
  const named = fields ?? outputs;
  return named.map((one) => namesOf(one, named)[0] ?? one.type);
}
