import type { ServiceModel } from "./service-model";
import { escapeText } from "./xml";

/** A refusal, as AWS answers it: a code for programs and a message for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** The status of the HTTP answer. */
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * The body of an answer that refuses a request.
 * Source: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 */
export function errorBody(model: ServiceModel, error: ApiError, requestId: string): string {
  const code = `<Code>${escapeText(error.code)}</Code>`;
  const message = `<Message>${escapeText(error.message)}</Message>`;
  return model.protocol === "ec2"
    ? `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${code}${message}</Error></Errors><RequestID>${requestId}</RequestID></Response>`
    : `<ErrorResponse xmlns="${model.namespace}"><Error><Type>${error.status < 500 ? "Sender" : "Receiver"}</Type>${code}${message}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
