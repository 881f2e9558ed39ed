import * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "./components/error";
import { requireConfigFiles } from "./stacks/config/config-files";
import { programConfig } from "./stacks/config/program-config";
import { withoutUnresolved } from "./stacks/outputs";
import { buildStack } from "./stacks/stack";
import { leaveAliasesOut, leaveOutputsOfSkippedResourcesUnknown, reduceSdkWork } from "./startup";

reduceSdkWork(pulumi);

export = async () => {
  leaveAliasesOut(pulumi);
  leaveOutputsOfSkippedResourcesUnknown(pulumi);
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  try {
    const config = programConfig(file);
    requireConfigFiles(config, file);
    return await withoutUnresolved(await buildStack(config, file));
  } catch (error) {
    if (error instanceof ChainfleetError) {
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(error.message);
    }
    throw error;
  }
};
