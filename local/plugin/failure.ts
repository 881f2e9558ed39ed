import * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import * as status from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { InitializationFailed } from "./plugin";
import { struct } from "./struct";

/** Converts an error into a gRPC status. An InitializationFailed becomes a detail of the status, which the engine reads. */
export function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationFailed)) {
    return { code: grpc.status.UNKNOWN, details: message };
  }
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(struct(error.outputs));
  detail.setReasonsList([...error.reasons]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new status.Status();
  full.setCode(grpc.status.UNKNOWN);
  full.setMessage(message);
  full.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
