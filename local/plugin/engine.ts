import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Engine } from "./plugin";

/** The engine that serves at the address. Most plugins show no line, so the connection is opened with the first line. */
export function engineAt(address: string): Engine {
  let client: EngineClient | undefined;
  return {
    log: (urn, line) => {
      client ??= new EngineClient(address, credentials.createInsecure());
      const request = new LogRequest();
      request.setSeverity(LogSeverity.INFO);
      request.setUrn(urn);
      request.setMessage(line);
      client.log(request, () => {});
    },
  };
}

/** Takes the place of an engine that has not sent its address; shows nothing. */
export const SILENT: Engine = { log: () => {} };
