import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";
import { ChainfleetError } from "./components/error";
import { readConfig } from "./stacks/config/read";
import { network } from "./stacks/network";

const stacks = { network };

// The SDK takes a stack trace for every Output; translating each into TypeScript positions would be a sixth of
// the time of a run that changes nothing. Only a stack that is going to be shown is translated.
const translate = Error.prepareStackTrace;
Reflect.deleteProperty(Error, "prepareStackTrace");
process.setSourceMapsEnabled(false);

export = async () => {
  try {
    const config = readConfig(configOfStack(), `Pulumi.${pulumi.getStack()}.yaml`);
    return await stacks[config.stack](config);
  } catch (error) {
    process.setSourceMapsEnabled(true);
    Error.prepareStackTrace = translate as typeof Error.prepareStackTrace;
    throw error instanceof ChainfleetError ? new pulumi.RunError(error.message) : error;
  }
};

/** The keys under `chainfleet:`, without that prefix. */
function configOfStack(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
