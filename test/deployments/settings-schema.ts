import { z } from "zod";

/**
 * The content of `Pulumi.<stack>.deploy.yaml`, as the engine reads it: `ProjectStackDeployment` in sdk/go/common/workspace/project.go
 * and `DeploymentSettings` in sdk/go/common/apitype/deployments.go of pulumi/pulumi 3.248.0. The engine drops keys that it does not
 * know, so a misspelt key would go unnoticed; here it is a mistake.
 */

/** `time.ParseDuration` of Go. */
const duration = z.string().regex(/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/, "must be a duration such as 2h0m0s");

/** `SecretValue`: plain text, or an object whose value is a secret. `pulumi deployment settings push` encrypts `secret`. */
const secretValue = z.union([
  z.string(),
  z.strictObject({ secret: z.string().optional(), ciphertext: z.string().optional() }),
  z.strictObject({ isSecret: z.boolean(), value: z.string().optional(), ciphertext: z.string().optional() }),
]);

const git = z.strictObject({
  repoUrl: z.string().optional(),
  branch: z.string().optional(),
  repoDir: z.string().optional(),
  commit: z.string().optional(),
  gitAuth: z
    .strictObject({
      accessToken: secretValue.optional(),
      sshAuth: z.strictObject({ sshPrivateKey: secretValue, password: secretValue.optional() }).optional(),
      basicAuth: z.strictObject({ userName: secretValue, password: secretValue }).optional(),
    })
    .optional(),
});

const gitHub = z.strictObject({
  repository: z.string().optional(),
  pullRequestTemplate: z.boolean().optional(),
  deployCommits: z.boolean().optional(),
  previewPullRequests: z.boolean().optional(),
  deployPullRequest: z.int().optional(),
  paths: z.array(z.string()).optional(),
});

const oidc = z.strictObject({
  aws: z
    .strictObject({
      duration: duration.optional(),
      policyArns: z.array(z.string()).optional(),
      roleArn: z.string(),
      sessionName: z.string(),
    })
    .optional(),
  azure: z
    .strictObject({
      clientId: z.string().optional(),
      tenantId: z.string().optional(),
      subscriptionId: z.string().optional(),
    })
    .optional(),
  gcp: z
    .strictObject({
      projectId: z.string(),
      region: z.string().optional(),
      workloadPoolId: z.string(),
      providerId: z.string(),
      serviceAccount: z.string(),
      tokenLifetime: duration.optional(),
    })
    .optional(),
});

export const deploymentFileSchema = z.strictObject({
  settings: z.strictObject({
    tag: z.string().optional(),
    executorContext: z
      .strictObject({
        workingDirectory: z.string().optional(),
        executorImage: z
          .strictObject({
            reference: z.string(),
            credentials: z.strictObject({ username: z.string(), password: secretValue }).optional(),
          })
          .optional(),
        executorRootPath: z.string().optional(),
      })
      .optional(),
    sourceContext: z.strictObject({ git: git.optional() }).optional(),
    gitHub: gitHub.optional(),
    operationContext: z
      .strictObject({
        oidc: oidc.optional(),
        preRunCommands: z.array(z.string()).optional(),
        environmentVariables: z.record(z.string(), secretValue).optional(),
        options: z
          .strictObject({
            skipInstallDependencies: z.boolean().optional(),
            skipIntermediateDeployments: z.boolean().optional(),
            shell: z.string().optional(),
            deleteAfterDestroy: z.boolean().optional(),
            remediateIfDriftDetected: z.boolean().optional(),
          })
          .optional(),
      })
      .optional(),
    agentPoolID: z.string().optional(),
  }),
});
