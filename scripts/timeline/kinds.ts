/** What a resource is for, by which its bar is coloured and the picture is filtered. */
export const KINDS = [
  "network",
  "cluster",
  "access",
  "Kubernetes",
  "nodes",
  "contracts",
  "release",
  "storage test",
  "other",
] as const;
export type Kind = (typeof KINDS)[number];

/** The kind of a resource. @param type such as `azure-native:containerservice:AgentPool` */
export function kindOf(type: string): Kind {
  return RULES.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
}

/** The first rule that matches counts. */
const RULES: readonly (readonly [RegExp, Kind])[] = [
  [/^azure-native:(containerservice|compute):|^aws:(eks|ec2\/launchTemplate)|^pulumi:providers:/, "cluster"],
  [/^aws:iam|^azure-native:(managedidentity|authorization):|:(accessEntry|accessPolicy)/, "access"],
  [/^azure-native:(network|resources):|^aws:(ec2|vpc)|^kubernetes:core\/v1:Service$/, "network"],
  [/^kubernetes:apps\/v1:|\/chainfleet:(Chain|Genesis|ValidatorKey|VolumeExpansion)$/, "nodes"],
  [/^kubernetes:/, "Kubernetes"],
  [/\/chainfleet:(Forge|Contract|DeterministicDeployer)/, "contracts"],
  [/\/chainfleet:(FioTest|GroupCleanup|VmGroup|PoolSummary|StorageRun)/, "storage test"],
  [
    /^command:|\/chainfleet:(InstanceRefresh|VersionRetention|TemplateVersion|MachineImage|TemporaryInstance|SshHost|ImageRetention)/,
    "release",
  ],
];
