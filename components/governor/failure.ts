/** What a plugin's error says about the operation that failed. */
export const FAILURE_KINDS = [
  /** The cloud refused the request because of its rate limits, and did nothing. */
  "throttled",
  /** The request reached no service, or the service refused it for a passing reason, and did nothing. */
  "refused",
  /** The answer is missing or is the service's own failure. The service may have done what it was asked for. */
  "unanswered",
  /** Something with this name exists. */
  "exists",
  /** The resource exists, but was not ready. The engine keeps it in the state, and the next run continues with it. */
  "partial",
  /** Trying again changes nothing: no permission, no quota, invalid input, or the resource's timeout has passed. */
  "permanent",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** A classified error. */
export interface Failure {
  readonly kind: FailureKind;
  /** Seconds after which the cloud takes the request again, where the error names them. */
  readonly retryAfterSeconds?: number;
}

/** The beginning of Go's multierror. */
const REASONS = /^\d+ errors? occurred:\n\t\* /;

/** The kind of the error that kept an existing resource from becoming ready. */
export function kindOfReason(message: string): FailureKind {
  return classify(message.replace(REASONS, ""), "").kind;
}

/** A form of errors. The first row that matches decides. */
interface Row {
  readonly kind: Exclude<FailureKind, "partial">;
  readonly pattern: RegExp;
}

/**
 * azure-native prints the status and the code of ARM's answer (`Status=429 Code="TooManyRequests"`, newResponseError in
 * provider/pkg/azure/azure.go of https://github.com/pulumi/pulumi-azure-native); the AWS plugin prints those of the SDK
 * (`StatusCode: 503, … api error RequestLimitExceeded`); the Kubernetes plugin prints the messages of client-go.
 */
const ROWS: readonly Row[] = [
  // The engine's deadline from customTimeouts, in every plugin written in Go.
  { kind: "permanent", pattern: /context deadline exceeded|context canceled|was cancelled/ },
  // https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#error-code
  { kind: "throttled", pattern: /\bStatus=429\b|StatusCode: 429\b|status code 429\b/ },
  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html, "Throttling errors"
  {
    kind: "throttled",
    pattern:
      /\b(RequestLimitExceeded|Throttling|ThrottlingException|ThrottledException|RequestThrottled(Exception)?|TooManyRequestsException|SlowDown|BandwidthLimitExceeded)\b/,
  },
  // apierrors.NewTooManyRequests in https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
  { kind: "throttled", pattern: /\b[Tt]oo many requests\b/ },
  // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-resource-quota; an answer with a
  // server's status may name a quota too.
  { kind: "permanent", pattern: /QuotaExceeded|[Qq]uota\b.*exceeded|exceed\w*.*\b[Qq]uota|LimitExceeded\b/ },
  // ARM takes one change of a resource at a time: AnotherOperationInProgress, and AKS's own form of it.
  { kind: "refused", pattern: /AnotherOperationInProgress|Another (agentpool )?operation .*in progress/ },
  { kind: "refused", pattern: /cannot be changed while an operation|currently has update in progress/ },
  { kind: "exists", pattern: /already exist(s|ing)|AlreadyExists|InvalidGroup\.Duplicate/ },
  // Errors of Go's net package before a request was sent.
  {
    kind: "refused",
    pattern: /connection refused|no such host|TLS handshake timeout|network is unreachable/,
  },
  // https://learn.microsoft.com/azure/architecture/best-practices/transient-faults and the status codes that azcore
  // retries (runtime/policy_retry.go in https://github.com/Azure/azure-sdk-for-go/tree/main/sdk/azcore).
  { kind: "unanswered", pattern: /\b(Status=|StatusCode: |status code )(408|500|502|503|504)\b/ },
  {
    kind: "unanswered",
    pattern: /connection reset by peer|broken pipe|\bEOF\b|i\/o timeout|Client\.Timeout exceeded|http2: \w+/,
  },
  // https://github.com/etcd-io/etcd/blob/main/server/etcdserver/errors/errors.go and apierrors.NewServiceUnavailable
  {
    kind: "unanswered",
    pattern: /etcdserver: (request timed out|leader changed)|server is currently unable to handle/,
  },
];

/**
 * Classifies the error of a plugin. An error of unknown form is permanent.
 *
 * @param message the error as an error hook receives it.
 * @param type the type token of the resource.
 */
export function classify(message: string, type: string): Failure {
  if (isPartial(message, type)) {
    return { kind: "partial" };
  }
  const kind = ROWS.find(({ pattern }) => pattern.test(message))?.kind ?? "permanent";
  const seconds = /retry (?:again )?(?:in|after) (\d+) seconds?/i.exec(message)?.[1];
  return seconds === undefined ? { kind } : { kind, retryAfterSeconds: Number(seconds) };
}

/**
 * Whether the error says that the resource exists but is not ready. The engine lists the reasons of such an error in the
 * form of Go's multierror (InitError in sdk/go/common/resource/plugin/provider_plugin.go of
 * https://github.com/pulumi/pulumi). Errors of the AWS plugin always have that form; a reason begins with the operation
 * and the URN there (Create in pkg/tfbridge/provider.go of https://github.com/pulumi/pulumi-terraform-bridge).
 */
function isPartial(message: string, type: string): boolean {
  return (
    REASONS.test(message) &&
    (!type.startsWith("aws:") || /^\d+ errors? occurred:\n\t\* (creating|updating) urn:pulumi:/.test(message))
  );
}
