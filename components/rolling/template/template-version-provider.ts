import type { FullProvider } from "../../engine/dynamic-resource";
import { isOwnVersion, parseVersionDescription } from "../plan/ownership";
import { createVersion, type TemplateVersionInputs } from "./create-version";
import { describeVersions } from "./versions";

type State = TemplateVersionInputs & { readonly version: number };

/** Behind TemplateVersion. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: TemplateVersionInputs) => {
    const replaces = [
      ...(olds.template.id === news.template.id ? [] : ["template"]),
      ...(olds.imageId === news.imageId ? [] : ["imageId"]),
    ];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: TemplateVersionInputs) => {
    const version = (await findVersion(inputs)) ?? (await createVersion(inputs));
    return { id: `${inputs.template.id}/${version}`, outs: { ...inputs, version } };
  },
  read: async (id, state: State) => {
    const versions = await describeVersions(state.region, state.template);
    return versions.some(({ VersionNumber }) => VersionNumber === state.version)
      ? { id, props: state }
      : { id: "", props: {} };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

/** The version that a killed run has made for the same image. */
async function findVersion({
  region,
  template,
  release,
  imageId,
}: TemplateVersionInputs): Promise<number | undefined> {
  const versions = await describeVersions(region, template);
  return versions.find(({ LaunchTemplateData, VersionDescription }) => {
    const origin = parseVersionDescription(VersionDescription);
    return (
      LaunchTemplateData?.ImageId === imageId &&
      isOwnVersion(origin, release) &&
      origin.releaseId === release.id
    );
  })?.VersionNumber;
}
