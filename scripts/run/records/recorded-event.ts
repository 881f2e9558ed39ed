import type { EngineEvent, StepEventMetadata, StepEventStateMetadata } from "@pulumi/pulumi/automation";

/**
 * What a record keeps of an event of the engine; undefined for a debug message, because the SDK writes every property that
 * it sends to the engine into them. The config is left out, because the prelude event precedes the check that refuses keys
 * in plain text. The engine sends each resource with its inputs and outputs, before and after the operation; the record
 * keeps the inputs of a creation, from which the recovery finds a resource that a killed run has made.
 */
export function recordedEvent(event: EngineEvent): EngineEvent | undefined {
  if ((event.diagnosticEvent?.severity as string | undefined) === "debug") {
    return undefined;
  }
  const { preludeEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
  return {
    ...event,
    ...(preludeEvent === undefined ? {} : { preludeEvent: { config: {} } }),
    ...(resourcePreEvent === undefined
      ? {}
      : {
          resourcePreEvent: {
            ...resourcePreEvent,
            metadata: withoutProperties(resourcePreEvent.metadata, isCreation(resourcePreEvent.metadata)),
          },
        }),
    ...(resOutputsEvent === undefined
      ? {}
      : { resOutputsEvent: { ...resOutputsEvent, metadata: withoutProperties(resOutputsEvent.metadata) } }),
    ...(resOpFailedEvent === undefined
      ? {}
      : {
          resOpFailedEvent: { ...resOpFailedEvent, metadata: withoutProperties(resOpFailedEvent.metadata) },
        }),
  };
}

/** Whether an event is about a resource that the run found unchanged. Such events say nothing that a recovery needs. */
export function isAboutUnchanged({ resourcePreEvent, resOutputsEvent }: EngineEvent): boolean {
  return (resourcePreEvent ?? resOutputsEvent)?.metadata.op === "same";
}

function isCreation({ op }: StepEventMetadata): boolean {
  return op === "create" || op === "create-replacement";
}

function withoutProperties(metadata: StepEventMetadata, keepsInputs = false): StepEventMetadata {
  const { op, urn, type, provider } = metadata;
  const kept = metadata.new ?? metadata.old;
  return {
    ...{ op, urn, type, provider },
    ...(kept === undefined
      ? {}
      : { [metadata.new === undefined ? "old" : "new"]: emptied(kept, keepsInputs) }),
  };
}

function emptied(
  { type, urn, custom, id, parent, provider, inputs }: StepEventStateMetadata,
  keepsInputs: boolean,
): StepEventStateMetadata {
  return {
    ...{ type, urn, id, parent, provider, outputs: {} },
    ...(custom === undefined ? {} : { custom }),
    inputs: keepsInputs ? inputs : {},
  };
}
