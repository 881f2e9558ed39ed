import { describe, expect, it } from "vitest";
import { classify } from "./failure";

const PARTIAL = "1 error occurred:\n\t* ";

describe("the classification of a failure", () => {
  it.each([
    ["throttled", 'Status=429 Code="TooManyRequests" Message="…, please retry again in 34 seconds."'],
    ["throttled", "cannot check existence of resource '/subscriptions/x': status code 429, {}"],
    [
      "throttled",
      "creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 503, RequestID: 1, api error RequestLimitExceeded: Request limit exceeded.",
    ],
    [
      "throttled",
      "operation error EKS: CreateCluster, StatusCode: 429, api error ThrottlingException: Rate exceeded",
    ],
    [
      "throttled",
      "Too many requests: the server has received too many requests and has asked us to try again later",
    ],
    ["refused", 'Status=409 Code="AnotherOperationInProgress" Message="Another operation on this or …"'],
    [
      "refused",
      'Status=409 Code="OperationNotAllowed" Message="Another operation (Updating) is in progress."',
    ],
    [
      "refused",
      'Post "https://10.0.0.1/api/v1/namespaces": dial tcp 10.0.0.1:443: connect: connection refused',
    ],
    ["unanswered", 'Status=500 Code="InternalServerError" Message="Encountered internal server error."'],
    ["unanswered", 'Status=504 Code="GatewayTimeout" Message="The gateway did not receive a response."'],
    ["unanswered", "https response error StatusCode: 503, RequestID: 1, api error Unavailable: unavailable"],
    ["unanswered", "read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer"],
    ["unanswered", "etcdserver: request timed out"],
    ["exists", "cannot create already existing resource '/subscriptions/x/resourceGroups/y'"],
    [
      "exists",
      "https response error StatusCode: 409, api error EntityAlreadyExists: Role with name x already exists.",
    ],
    ["permanent", 'Status=403 Code="AuthorizationFailed" Message="The client does not have authorization"'],
    ["permanent", 'Status=409 Code="QuotaExceeded" Message="Operation could not be completed"'],
    [
      "permanent",
      "StatusCode: 400, api error AddressLimitExceeded: The maximum number of addresses has been reached.",
    ],
    ["permanent", 'Status=400 Code="InvalidParameter" Message="500 addresses are too many"'],
    [
      "permanent",
      "PUT Microsoft.ContainerService/managedClusters of x took longer than 2400 s: context deadline exceeded",
    ],
    ["permanent", "anything else"],
  ])("is %s: %s", (kind, message) => {
    expect(classify(message, "azure-native:network:Subnet").kind).toBe(kind);
  });

  it("reads the seconds after which the cloud takes the request again", () => {
    expect(classify("Status=429 …, please retry again in 34 seconds. For more", "")).toEqual({
      kind: "throttled",
      retryAfterSeconds: 34,
    });
  });

  it("recognizes a resource that exists but is not ready, of which the AWS plugin names the URN", () => {
    expect(
      classify(`${PARTIAL}Status=500 Code="InternalOperationError"`, "azure-native:network:Subnet").kind,
    ).toBe("partial");
    expect(classify(`${PARTIAL}creating EC2 VPC: StatusCode: 500, api error`, "aws:ec2/vpc:Vpc").kind).toBe(
      "unanswered",
    );
    expect(
      classify(
        `${PARTIAL}creating urn:pulumi:a::b::aws:ec2/vpc:Vpc::c: 1 error occurred:\n\t* waiting`,
        "aws:ec2/vpc:Vpc",
      ).kind,
    ).toBe("partial");
  });
});
