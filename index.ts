import * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "./components/error";
import { programConfig } from "./stacks/config/program-config";
import { withoutUnresolved } from "./stacks/outputs";
import { buildStack } from "./stacks/stack";
import { leaveRegistrationTracesOut, leaveTracesUntranslated } from "./startup";

leaveRegistrationTracesOut(pulumi);
const translateTraces = leaveTracesUntranslated();

export = async () => {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  try {
    return await withoutUnresolved(await buildStack(programConfig(file), file));
  } catch (error) {
    if (error instanceof ChainfleetError) {
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(error.message);
    }
    translateTraces();
    throw error;
  }
};
