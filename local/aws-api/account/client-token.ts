import { ApiError } from "../protocol/errors";
import type { Region } from "./region";

/**
 * Does the work of a request with a client token once, and returns the first answer for later requests with this token.
 *
 * @throws {ApiError} IdempotentParameterMismatch if the parameters are not those of the first request.
 */
export async function once<Answer extends object>(
  region: Region,
  action: string,
  request: { readonly ClientToken?: string | undefined },
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (request.ClientToken === undefined || request.ClientToken === "") {
    return work();
  }
  const key = `${action}/${request.ClientToken}`;
  const parameters = JSON.stringify(request);
  const earlier = region.tokens.get(key);
  if (earlier !== undefined && earlier.parameters !== parameters) {
    throw new ApiError(
      "IdempotentParameterMismatch",
      `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with the token ${request.ClientToken}.`,
    );
  }
  if (earlier !== undefined) {
    return (await earlier.answer) as Answer;
  }
  const answer = work();
  region.tokens.set(key, { parameters, answer: answer as Promise<never> });
  // A refused request leaves no trace: its token may be used again.
  answer.catch(() => region.tokens.delete(key));
  return answer;
}
