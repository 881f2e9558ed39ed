import { paginateDescribeAutoScalingGroups } from "@aws-sdk/client-auto-scaling";
import type { FullProvider } from "../../engine/dynamic-resource";
import { autoScaling } from "../aws/clients";
import { isOwnVersion, parseVersionDescription } from "../plan/ownership";
import { deleteVersions, describeVersions } from "../template/versions";
import { outdatedVersions } from "./outdated-versions";
import type { VersionRetentionArgs } from "./version-retention";

type Inputs = Omit<VersionRetentionArgs, "newVersions"> & { readonly newVersions: readonly number[] };
type State = Inputs & { readonly deletedVersions: readonly number[] };

/** Behind VersionRetention. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: Inputs) => ({
    changes: String(olds.newVersions) !== String(news.newVersions) || olds.keep !== news.keep,
    replaces: olds.template.id === news.template.id ? [] : ["template"],
    deleteBeforeReplace: false,
  }),
  create: async (inputs: Inputs) => ({
    id: inputs.template.id,
    outs: { ...inputs, deletedVersions: await deleteOutdated(inputs) },
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: Inputs) => ({
    outs: { ...news, deletedVersions: await deleteOutdated(news) },
  }),
  delete: async () => {},
};

async function deleteOutdated({ region, release, template, newVersions, keep }: Inputs): Promise<number[]> {
  const [versions, usedByGroups] = await Promise.all([
    describeVersions(region, template),
    versionsOfGroups(region, template),
  ]);
  const described = versions.map(({ VersionNumber = 0, DefaultVersion = false, VersionDescription }) => ({
    version: VersionNumber,
    isDefault: DefaultVersion,
    origin: parseVersionDescription(VersionDescription),
  }));
  // The next run reads in these versions what the release started from.
  const sources = new Set(
    described.flatMap(({ version, origin }) =>
      newVersions.includes(version) && origin !== undefined ? [origin.sourceVersion] : [],
    ),
  );
  const outdated = outdatedVersions(
    described.map(({ version, isDefault, origin }, index) => ({
      version,
      isDefault,
      isOurs: isOwnVersion(origin, release),
      isUsedByGroup: usedByGroups.has(String(version)) || (index === 0 && usedByGroups.has("$Latest")),
      isSource: sources.has(version),
    })),
    newVersions,
    keep,
  );
  await deleteVersions(region, template, outdated);
  return outdated;
}

/** The versions, as numbers or aliases, to which any group or any running instance of a group refers. */
async function versionsOfGroups(
  region: string,
  template: { readonly id: string; readonly name: string },
): Promise<ReadonlySet<string>> {
  const versions = new Set<string>();
  const isTheTemplate = ({ LaunchTemplateId, LaunchTemplateName }: Specification) =>
    LaunchTemplateId === template.id ||
    (LaunchTemplateId === undefined && LaunchTemplateName === template.name);
  for await (const { AutoScalingGroups = [] } of paginateDescribeAutoScalingGroups(
    { client: autoScaling(region) },
    {},
  )) {
    for (const { LaunchTemplate, MixedInstancesPolicy, Instances = [] } of AutoScalingGroups) {
      const specifications = [
        LaunchTemplate,
        MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification,
        ...(MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).map(
          ({ LaunchTemplateSpecification }) => LaunchTemplateSpecification,
        ),
        ...Instances.map((instance) => instance.LaunchTemplate),
      ];
      for (const specification of specifications) {
        if (specification !== undefined && isTheTemplate(specification)) {
          versions.add(specification.Version ?? "$Default");
        }
      }
    }
  }
  return versions;
}

interface Specification {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly Version?: string | undefined;
}
