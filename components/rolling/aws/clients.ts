import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";

/*
 * The clients of a process: one for each service and location, so that all calls of a location share one adaptive rate
 * limiter. Credentials come from the SDK's own chain: environment, profile, web identity, instance role.
 */

const ec2Clients = new Map<string, EC2Client>();
const autoScalingClients = new Map<string, AutoScalingClient>();

export function ec2(region: string): EC2Client {
  return cached(ec2Clients, region, () => new EC2Client({ region, ...retries() }));
}

export function autoScaling(region: string): AutoScalingClient {
  return cached(autoScalingClients, region, () => new AutoScalingClient({ region, ...retries() }));
}

// The warning that a later version of the SDK will need Node.js 22 would stand in every preview. The version is pinned.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * The SDK's default of three attempts gives up when several releases run in one account. AWS's own variables choose
 * otherwise: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
function retries(): { readonly retryMode: string; readonly maxAttempts: number } {
  const { AWS_RETRY_MODE, AWS_MAX_ATTEMPTS } = process.env;
  return { retryMode: AWS_RETRY_MODE || "adaptive", maxAttempts: Number(AWS_MAX_ATTEMPTS) || 10 };
}

function cached<Client>(clients: Map<string, Client>, region: string, make: () => Client): Client {
  const client = clients.get(region) ?? make();
  clients.set(region, client);
  return client;
}
