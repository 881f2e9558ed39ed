import { isDeepStrictEqual } from "node:util";
import * as grpc from "@grpc/grpc-js";
import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import * as provider from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { engineAt, SILENT } from "./engine";
import { serviceError } from "./failure";
import type { Engine, Plugin, PropertyChange, Session } from "./plugin";
import { properties, struct } from "./struct";
import { encode, type PropertyMap, secret, secretKeys } from "./values";

/**
 * Serves a plugin on a loopback port, to which engines attach (`PULUMI_DEBUG_PROVIDERS=name:port`).
 *
 * The engine opens one connection for each provider resource, and its calls do not name the provider. The connection of a
 * call therefore determines the configuration to use.
 *
 * @param port 0 selects a free port.
 */
export async function serve(plugin: Plugin, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(provider.ResourceProviderService, service(plugin));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    close: async () => server.forceShutdown(),
  };
}

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;

function service(plugin: Plugin): grpc.UntypedServiceImplementation {
  const sessions = new Map<string, Session>();
  const cancellations = new Map<string, AbortController>();
  const engines = new Map<string, Engine>();
  const acceptsSecrets = plugin.outputsMixInputs === true;
  /** Encodes outputs and marks the secret ones; the engine does so itself for a plugin that does not accept secrets. */
  const outputStruct = (outputs: PropertyMap, ...inputs: readonly (Struct | undefined)[]): Struct => {
    const keys = new Set(
      acceptsSecrets ? inputs.flatMap((each) => secretKeys(each?.toJavaScript() ?? {})) : [],
    );
    const names = new Set(inputs.flatMap((each) => Object.keys(each?.toJavaScript() ?? {})));
    return structWith(outputs, (key) => keys.has(key) || (keys.size > 0 && !names.has(key)));
  };

  const sessionOf = (call: Call<unknown>): Session => {
    const session = sessions.get(call.getPeer());
    if (session === undefined) {
      throw new Error(
        `the ${plugin.name} plugin was restarted during the operation: run the operation again`,
      );
    }
    return session;
  };
  const signalOf = (call: Call<unknown>): AbortSignal => {
    const disconnection = new AbortController();
    call.on("cancelled", () => disconnection.abort(new Error("the connection to the engine was lost")));
    const peer = call.getPeer();
    const cancelled = cancellations.get(peer) ?? new AbortController();
    cancellations.set(peer, cancelled);
    return AbortSignal.any([disconnection.signal, cancelled.signal]);
  };

  return {
    handshake: unary(async (call: Call<messages.ProviderHandshakeRequest>) => {
      engines.set(call.getPeer(), engineAt(call.request.getEngineAddress()));
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(acceptsSecrets);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      return response;
    }),
    attach: unary(async (call: Call<plugins.PluginAttach>) => {
      engines.set(call.getPeer(), engineAt(call.request.getAddress()));
      return new Empty();
    }),
    getPluginInfo: unary(async () => {
      const info = new plugins.PluginInfo();
      info.setVersion(plugin.version);
      return info;
    }),
    checkConfig: unary(async (call: Call<messages.CheckRequest>) => {
      const response = new messages.CheckResponse();
      response.setInputs(struct(properties(call.request.getNews())));
      return response;
    }),
    diffConfig: unary(async (call: Call<messages.DiffRequest>) => {
      const before = properties(call.request.getOldInputs());
      const after = properties(call.request.getNews());
      const response = new messages.DiffResponse();
      response.setChanges(
        isDeepStrictEqual(before, after)
          ? messages.DiffResponse.DiffChanges.DIFF_NONE
          : messages.DiffResponse.DiffChanges.DIFF_SOME,
      );
      return response;
    }),
    configure: unary(async (call: Call<messages.ConfigureRequest>) => {
      const engine = engines.get(call.getPeer()) ?? SILENT;
      sessions.set(call.getPeer(), await plugin.configure(properties(call.request.getArgs()), engine));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(acceptsSecrets);
      response.setAcceptresources(false);
      response.setAcceptoutputs(false);
      response.setSupportspreview(plugin.supportsPreview);
      return response;
    }),
    cancel: unary(async (call: Call<Empty>) => {
      cancellations.get(call.getPeer())?.abort(new Error("cancelled"));
      cancellations.delete(call.getPeer());
      return new Empty();
    }),
    invoke: unary(async (call: Call<messages.InvokeRequest>) => {
      const result = await sessionOf(call).invoke({
        token: call.request.getTok(),
        args: properties(call.request.getArgs()),
        signal: signalOf(call),
      });
      const response = new messages.InvokeResponse();
      response.setReturn(struct(result));
      return response;
    }),
    check: unary(async (call: Call<messages.CheckRequest>) => {
      const { inputs, failures } = await sessionOf(call).check({
        ...about(call.request),
        olds: properties(call.request.getOlds()),
        news: properties(call.request.getNews()),
        randomSeed: call.request.getRandomseed_asU8(),
      });
      const secrets = acceptsSecrets ? secretKeys(call.request.getNews()?.toJavaScript() ?? {}) : [];
      const response = new messages.CheckResponse();
      response.setInputs(structWith(inputs, (key) => secrets.includes(key)));
      response.setFailuresList(
        (failures ?? []).map(({ property, reason }) => {
          const failure = new messages.CheckFailure();
          failure.setProperty(property);
          failure.setReason(reason);
          return failure;
        }),
      );
      return response;
    }),
    diff: unary(async (call: Call<messages.DiffRequest>) => {
      const { changes, deleteBeforeReplace } = await sessionOf(call).diff({
        ...about(call.request),
        id: call.request.getId(),
        oldInputs: properties(call.request.getOldInputs()),
        olds: properties(call.request.getOlds()),
        news: properties(call.request.getNews()),
        ignoreChanges: call.request.getIgnorechangesList(),
      });
      return diffResponse(changes, deleteBeforeReplace === true);
    }),
    create: unary(async (call: Call<messages.CreateRequest>) => {
      const { id, outputs } = await sessionOf(call).create({
        ...about(call.request),
        inputs: properties(call.request.getProperties()),
        preview: call.request.getPreview(),
        timeoutSeconds: call.request.getTimeout(),
        signal: signalOf(call),
      });
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(outputStruct(outputs, call.request.getProperties()));
      return response;
    }),
    read: unary(async (call: Call<messages.ReadRequest>) => {
      const result = await sessionOf(call).read({
        ...about(call.request),
        id: call.request.getId(),
        olds: properties(call.request.getProperties()),
        inputs: properties(call.request.getInputs()),
        signal: signalOf(call),
      });
      const response = new messages.ReadResponse();
      if (result !== undefined) {
        const inputs = call.request.getInputs();
        response.setId(result.id);
        response.setProperties(outputStruct(result.outputs, inputs));
        response.setInputs(outputStruct(result.inputs, inputs));
      }
      return response;
    }),
    update: unary(async (call: Call<messages.UpdateRequest>) => {
      const outputs = await sessionOf(call).update({
        ...about(call.request),
        id: call.request.getId(),
        oldInputs: properties(call.request.getOldInputs()),
        olds: properties(call.request.getOlds()),
        news: properties(call.request.getNews()),
        ignoreChanges: call.request.getIgnorechangesList(),
        preview: call.request.getPreview(),
        timeoutSeconds: call.request.getTimeout(),
        signal: signalOf(call),
      });
      const response = new messages.UpdateResponse();
      response.setProperties(outputStruct(outputs, call.request.getNews()));
      return response;
    }),
    delete: unary(async (call: Call<messages.DeleteRequest>) => {
      await sessionOf(call).delete({
        ...about(call.request),
        id: call.request.getId(),
        olds: properties(call.request.getProperties()),
        oldInputs: properties(call.request.getOldInputs()),
        timeoutSeconds: call.request.getTimeout(),
        signal: signalOf(call),
      });
      return new Empty();
    }),
  };
}

function unary<Request, Response>(
  handler: (call: Call<Request>) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(serviceError(error)),
    );
  };
}

function diffResponse(
  changes: readonly PropertyChange[],
  deleteBeforeReplace: boolean,
): messages.DiffResponse {
  const response = new messages.DiffResponse();
  const replaces = changes.filter((change) => change.replaces);
  response.setChanges(
    changes.length > 0
      ? messages.DiffResponse.DiffChanges.DIFF_SOME
      : messages.DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setDeletebeforereplace(deleteBeforeReplace && replaces.length > 0);
  response.setReplacesList(replaces.map((change) => change.path));
  response.setDiffsList([...new Set(changes.map((change) => change.path.split(/[.[]/)[0] ?? change.path))]);
  response.setHasdetaileddiff(true);
  const kinds = messages.PropertyDiff.Kind;
  for (const change of changes) {
    const detail = new messages.PropertyDiff();
    detail.setInputdiff(true);
    detail.setKind(
      {
        add: change.replaces ? kinds.ADD_REPLACE : kinds.ADD,
        delete: change.replaces ? kinds.DELETE_REPLACE : kinds.DELETE,
        update: change.replaces ? kinds.UPDATE_REPLACE : kinds.UPDATE,
      }[change.kind],
    );
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

function about(request: { getUrn(): string }): { urn: string; type: string; name: string } {
  const urn = request.getUrn();
  const [, , types = "", ...name] = urn.split("::");
  return { urn, type: types.split("$").at(-1) ?? types, name: name.join("::") };
}

function structWith(map: PropertyMap, isSecret: (key: string) => boolean): Struct {
  const encoded = encode(map) as Record<string, unknown>;
  const marked = Object.entries(encoded).map(([key, value]) => [key, isSecret(key) ? secret(value) : value]);
  return Struct.fromJavaScript(Object.fromEntries(marked));
}
