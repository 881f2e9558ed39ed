import { shardStackName } from "../../../stacks/config/written/shard-name";

/**
 * What engines elsewhere need to run the stacks of a network: Stack resources for the Pulumi Kubernetes Operator, and settings
 * for Pulumi Deployments. Pure.
 */

/** The stacks and where their program is. */
export interface Deployment {
  /** The stack of the network. @example "prod" */
  readonly stack: string;
  readonly regions: readonly string[];
  /** How many validators may be updated at the same time, of the whole network. */
  readonly updateWidth: number;
  /** The URL of the git repository. @example "https://github.com/acme/network.git" */
  readonly repository: string;
  readonly branch: string;
  /** The project's folder in the repository. @example "." */
  readonly folder: string;
}

/** What the resources of the operator need beside that. */
export interface OperatorSettings {
  /** The organization of the stacks: "organization" for a backend of files. */
  readonly organization: string;
  /** The URL of the backend. @default Pulumi Cloud */
  readonly backend?: string | undefined;
  /** The URL of a key management service that encrypts secrets. @default as the backend does */
  readonly secretsProvider?: string | undefined;
  /** The name of the Secret whose entries become environment variables: credentials of clouds, a passphrase. */
  readonly secret: string;
}

/** A Stack of the operator, with the fields that are used here. */
export interface StackResource {
  readonly apiVersion: "pulumi.com/v1";
  readonly kind: "Stack";
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/**
 * The Stack resources of a network. The stack of a region waits for the stack of the network. It also waits for the region
 * that is `updateWidth` places before: so no more regions run at the same time than validators may be updated, as each
 * run of a region updates one validator at a time and does not know the others.
 */
export function stackResources(deployment: Deployment, settings: OperatorSettings): StackResource[] {
  const { stack, regions, updateWidth } = deployment;
  const names = regions.map((region) => shardStackName({ parent: stack, region }));
  return [
    stackResource(stack, []),
    ...names.map((name, index) => {
      const before = names[index - updateWidth];
      return stackResource(name, before === undefined ? [stack] : [stack, before]);
    }),
  ];

  function stackResource(name: string, prerequisites: readonly string[]): StackResource {
    const { organization, backend, secretsProvider, secret } = settings;
    return {
      apiVersion: "pulumi.com/v1",
      kind: "Stack",
      metadata: { name },
      spec: {
        stack: `${organization}/${name}`,
        projectRepo: deployment.repository,
        branch: deployment.branch,
        repoDir: deployment.folder,
        ...(backend === undefined ? {} : { backend }),
        ...(secretsProvider === undefined ? {} : { secretsProvider }),
        ...(prerequisites.length === 0
          ? {}
          : { prerequisites: prerequisites.map((prerequisite) => ({ name: prerequisite })) }),
        workspaceTemplate: {
          spec: {
            podTemplate: {
              spec: { containers: [{ name: "pulumi", envFrom: [{ secretRef: { name: secret } }] }] },
            },
          },
        },
      },
    };
  }
}

/** The settings of a stack for Pulumi Deployments: the content of `Pulumi.<stack>.deploy.yaml`. */
export function deploymentSettings({ repository, branch, folder }: Deployment): object {
  return {
    settings: {
      sourceContext: { git: { repoUrl: repository, branch, repoDir: folder } },
      operationContext: { preRunCommands: ["npm ci"] },
    },
  };
}
