import { hex } from "../../engine/resources/random";

/** The simulated cloud has one account. */
export const account = String(Number.parseInt(hex(10, "local", "account"), 16))
  .padStart(12, "0")
  .slice(0, 12);

/** The ARN of the one caller, an IAM user. */
export const caller = `arn:aws:iam::${account}:user/local`;
