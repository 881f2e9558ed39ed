import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap } from "../plugin/values";

/** A client of the plugin protocol, with those of the engine's calls that tests need. */
export class EngineClient {
  private constructor(readonly client: ResourceProviderClient) {}

  static async connect(port: number, config: PropertyMap): Promise<EngineClient> {
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      // Each engine operation has a connection of its own.
      "grpc.use_local_subchannel_pool": 1,
    });
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config as never));
    await unary<messages.ConfigureResponse>((callback) => client.configure(request, callback));
    return new EngineClient(client);
  }

  async create(urn: string, inputs: PropertyMap): Promise<{ id: string; outputs: PropertyMap }> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(Struct.fromJavaScript(inputs as never));
    const response = await unary<messages.CreateResponse>((callback) =>
      this.client.create(request, callback),
    );
    return { id: response.getId(), outputs: toMap(response.getProperties()) };
  }

  async read(urn: string, id: string): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const request = new messages.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    const response = await unary<messages.ReadResponse>((callback) => this.client.read(request, callback));
    return {
      id: response.getId(),
      inputs: toMap(response.getInputs()),
      outputs: toMap(response.getProperties()),
    };
  }

  close(): void {
    this.client.close();
  }
}

function unary<Response>(
  send: (callback: (error: Error | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function toMap(struct: Struct | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}
