import { ApiError } from "./errors";

/**
 * One page of a list. The token is the position of the page's first item.
 *
 * @throws {ApiError} InvalidPaginationToken if the token is not one of this service's.
 */
export function page<Item>(
  items: readonly Item[],
  size: number | undefined,
  token: string | undefined,
): { items: Item[]; next: string | undefined } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0) {
    throw new ApiError("InvalidPaginationToken", `The token ${token} is not valid.`);
  }
  const to = from + (size ?? items.length);
  return { items: items.slice(from, to), next: to < items.length ? String(to) : undefined };
}
