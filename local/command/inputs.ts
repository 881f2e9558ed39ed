import { z } from "zod";
import { type PropertyMap, type PropertyValue, Unknown } from "../plugin/values";
import type { LocalScript } from "./local";
import { LOGGINGS } from "./output";
import type { RemoteScript } from "./remote";

/** The problems in a resource's inputs, with their properties. A value that is not known yet is no problem. */
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
        "is not served by the local command plugin: let the command write files, and pass their paths to the resources that read them",
    })),
    ...(schema.safeParse(inputs).error?.issues ?? [])
      .filter(({ path }) => at(inputs, path) !== Unknown.value)
      .map(({ path, message }) => ({ property: path.join("."), reason: message })),
  ];
}

/** One of the scripts of a `command:local:Command`, with the settings in the resource's inputs. */
export function localScript(script: string, inputs: PropertyMap): LocalScript {
  const { logging, ...settings } = LOCAL.parse(inputs);
  return { ...withoutUndefined(settings), script, logging };
}

/** One of the scripts of a `command:remote:Command`, with the settings in the resource's inputs. */
export function remoteScript(script: string, inputs: PropertyMap): RemoteScript {
  const { connection, logging, ...settings } = REMOTE.parse(inputs);
  const { proxy, ...endpoint } = connection;
  return {
    ...withoutUndefined(settings),
    ...(proxy === undefined ? {} : { proxy: withoutUndefined(proxy) }),
    script,
    connection: withoutUndefined(endpoint),
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

/** A host and its credentials, with the defaults of the official SDK. */
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

/** A copy without undefined members, which `exactOptionalPropertyTypes` does not allow for optional properties. */
function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<Value>;
}

type Defined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };
