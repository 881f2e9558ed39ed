import type { FullProvider } from "../../engine/dynamic-resource";
import { terminateInstance } from "../instance/terminate";
import { PartialCreation } from "../partial-creation";
import { createImage, type ImageSource, untilAvailable } from "./create-image";
import { deleteImage } from "./delete-image";
import { describeImage } from "./describe-image";
import { usedImages } from "./image-users";

type State = ImageSource & { readonly imageId: string };

/** Behind MachineImage. The id is that of the first image; `imageId` follows when a failed image is made again. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: ImageSource) => {
    const replaces = olds.instanceId === news.instanceId ? [] : ["instanceId"];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (source: ImageSource) => {
    const imageId = await createImage(source);
    return { id: imageId, outs: await finished(source, imageId) };
  },
  read: async (id, state: State) =>
    (await describeImage(state.region, state.imageId)) === undefined
      ? { id: "", props: {} }
      : { id, props: state },
  // Reached after a creation that failed while EC2 was making the image. EC2 may have given the image up since.
  update: async (_id, _olds, news: ImageSource) => ({ outs: await finished(news, await createImage(news)) }),
  delete: async (_id, { region, imageId }: State) => {
    if (!(await usedImages(region, [imageId])).has(imageId)) {
      await deleteImage(region, imageId);
    }
  },
};

/** The instance is terminated only now, so that a failed image can be made again from it. */
async function finished(source: ImageSource, imageId: string): Promise<State> {
  try {
    await untilAvailable(source, imageId);
    await terminateInstance(source.region, source.instanceId);
    return { ...source, imageId };
  } catch (error) {
    throw new PartialCreation(imageId, { ...source, imageId }, error);
  }
}
