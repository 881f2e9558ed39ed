import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Engine } from "./plugin";

/** The engine that serves at the address. The connection is opened with the first line, and few plugins have any. */
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

/** For an engine that did not say where it is. */
export const SILENT: Engine = { log: () => {} };
