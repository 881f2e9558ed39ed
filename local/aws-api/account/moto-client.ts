import { ApiError } from "../protocol/errors";
import { requestForm } from "../protocol/request";
import type { ServiceModel, Structure } from "../protocol/service-model";
import { parseAnswer, parseError } from "../protocol/xml";

/** The services that the local AWS API has. */
export type ServiceName = "ec2" | "autoscaling";
export type ServiceModels = Readonly<Record<ServiceName, ServiceModel>>;

/** The calls to moto for one region. moto's state has no locks, so the calls run one after another. */
export class MotoClient {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly url: string,
    readonly models: ServiceModels,
    readonly region: string,
  ) {}

  /**
   * Calls an operation of moto.
   *
   * @throws {ApiError} if moto refuses the call.
   */
  call(service: ServiceName, action: string, parameters: Structure): Promise<Structure> {
    const answer = this.#last.then(() => this.#send(service, action, parameters));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #send(service: ServiceName, action: string, parameters: Structure): Promise<Structure> {
    const model = this.models[service];
    const operation = model.operation(action);
    if (operation === undefined) {
      throw new Error(`the service model of ${service} has no operation ${action}`);
    }
    const response = await fetch(this.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        // moto finds service and region in the scope of the credentials, and does not verify the signature.
        authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${this.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: requestForm(model, action, operation.input, parameters).toString(),
    });
    const body = await response.text();
    if (response.ok) {
      return parseAnswer(model, operation, body);
    }
    const error = parseError(body);
    throw error === undefined
      ? new ApiError(
          "InternalError",
          `moto answered ${response.status} to ${action}: ${body.slice(0, 300)}`,
          500,
        )
      : new ApiError(error.code, error.message, response.status);
  }
}
