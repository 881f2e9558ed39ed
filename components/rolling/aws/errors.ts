/** Whether AWS refused a call with one of the given codes. A code that ends with a dot matches all codes that begin so. */
export function isAwsError(error: unknown, ...codes: readonly string[]): boolean {
  const name = error instanceof Error ? error.name : "";
  return codes.some((code) => (code.endsWith(".") ? name.startsWith(code) : name === code));
}

/**
 * Whether AWS refused a call because of its rate, even after the SDK's own retries.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html
 */
export function isThrottling(error: unknown): boolean {
  return isAwsError(error, "RequestLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled");
}
