import { hex } from "../../engine/resources/random";

/** The id of the account in which the credentials of a profile are. Each profile of the simulation has an account of its own. */
export function accountOf(profile = ""): string {
  const seed = profile === "" ? ["local", "account"] : ["local", "account", profile];
  return String(Number.parseInt(hex(10, ...seed), 16))
    .padStart(12, "0")
    .slice(0, 12);
}

/** The ARN of the one caller in an account, an IAM user. */
export function callerIn(account: string): string {
  return `arn:aws:iam::${account}:user/local`;
}
