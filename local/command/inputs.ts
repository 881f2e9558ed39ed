import { z } from "zod";
import { type PropertyMap, type PropertyValue, Unknown } from "../plugin/values";
import type { LocalScript } from "./local";
import { LOGGINGS } from "./output";
import type { RemoteScript } from "./remote";

/** What is wrong with the inputs of a resource, property by property; a value not known yet passes. */
export function problems(type: string, inputs: PropertyMap): { property: string; reason: string }[] {
  const schema = { "command:local:Command": LOCAL, "command:remote:Command": REMOTE }[type];
  if (schema === undefined) {
    return [{ property: "", reason: `${type} is not served by the local command plugin` }];
  }
  const refused = ["assetPaths", "archivePaths"].filter((name) => inputs[name] !== undefined);
  return [
    ...refused.map((property) => ({
      property,
      reason:
        "is not served by the local command plugin: let the command write files, and name them to what reads them",
    })),
    ...(schema.safeParse(inputs).error?.issues ?? [])
      .filter(({ path }) => at(inputs, path) !== Unknown.value)
      .map(({ path, message }) => ({ property: path.join("."), reason: message })),
  ];
}

/** The inputs of `command:local:Command`, around one of its scripts. */
export function localScript(script: string, inputs: PropertyMap): LocalScript {
  const { logging, ...rest } = LOCAL.parse(inputs);
  return { ...given(rest), script, logging };
}

/** The inputs of `command:remote:Command`, around one of its scripts. */
export function remoteScript(script: string, inputs: PropertyMap): RemoteScript {
  const { connection, logging, ...rest } = REMOTE.parse(inputs);
  const { proxy, ...endpoint } = connection;
  return {
    ...given(rest),
    ...(proxy === undefined ? {} : { proxy: given(proxy) }),
    script,
    connection: given(endpoint),
    logging,
  };
}

const TEXT = z.string("has to be a string");
const TEXTS = z.record(z.string(), TEXT, "has to be a map of strings").optional();
const LOGGING = z.enum(LOGGINGS, `has to be one of ${LOGGINGS.join(", ")}`).default("stdoutAndStderr");

const LOCAL = z.object({
  dir: TEXT.optional(),
  environment: TEXTS,
  interpreter: z.array(TEXT, "has to be a list of strings").optional(),
  stdin: TEXT.optional(),
  logging: LOGGING,
});

/** The defaults are the official SDK's. */
const ENDPOINT = z.object({
  host: z.string("has to be the name or address of a host").min(1, "has to be the name or address of a host"),
  port: z.number("has to be a port").default(22),
  user: TEXT.default("root"),
  password: TEXT.optional(),
  privateKey: TEXT.optional(),
  privateKeyPassword: TEXT.optional(),
  agentSocketPath: TEXT.optional(),
  hostKey: TEXT.optional(),
  dialErrorLimit: z.number("has to be a number").default(10),
  perDialTimeout: z.number("has to be a number of seconds").default(15),
});

const REMOTE = z.object({
  connection: ENDPOINT.extend({ proxy: ENDPOINT.optional() }),
  environment: TEXTS,
  stdin: TEXT.optional(),
  logging: LOGGING,
});

function at(inputs: PropertyMap, path: readonly PropertyKey[]): PropertyValue | undefined {
  return path.reduce<PropertyValue | undefined>(
    (value, key) => (value === Unknown.value ? value : (value as PropertyMap | undefined)?.[String(key)]),
    inputs,
  );
}

/** Without the members that are undefined, which an optional property does not allow here. */
function given<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<Value>;
}

type Defined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };
