import pMap from "p-map";
import type { FullProvider } from "../../engine/dynamic-resource";
import { deleteImage, deleteSnapshot } from "../image/delete-image";
import { usedImages } from "../image/image-users";
import type { ImageRetentionArgs } from "./image-retention";
import { findOwnedImages } from "./owned-images";

type State = ImageRetentionArgs & { readonly deletedImages: readonly string[] };

/** Behind ImageRetention. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: ImageRetentionArgs) => ({
    changes: olds.release.id !== news.release.id,
    replaces: olds.region === news.region ? [] : ["region"],
    deleteBeforeReplace: false,
  }),
  create: async (args: ImageRetentionArgs) => ({
    id: `${args.region}/${args.release.name}`,
    outs: { ...args, deletedImages: await deleteUnused(args) },
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: ImageRetentionArgs) => ({
    outs: { ...news, deletedImages: await deleteUnused(news) },
  }),
  delete: async () => {},
};

/**
 * An image of the current release may be without a user because its launch template version is only now being made, so
 * that images and snapshots of the current release are left alone.
 */
async function deleteUnused({ region, release }: ImageRetentionArgs): Promise<string[]> {
  const { images, orphanedSnapshots } = await findOwnedImages(region, release);
  const earlier = images.filter(({ releaseId }) => releaseId !== release.id).map(({ id }) => id);
  const used = await usedImages(region, earlier);
  const unused = earlier.filter((id) => !used.has(id));
  await pMap(unused, (id) => deleteImage(region, id), { concurrency: IMAGES_AT_ONCE });
  const orphans = orphanedSnapshots.filter(({ releaseId }) => releaseId !== release.id);
  await pMap(orphans, ({ id }) => deleteSnapshot(region, id), { concurrency: IMAGES_AT_ONCE });
  return unused;
}

/** EC2 allows 50 changing calls at once and 5 more a second, and an image is a call for itself and one a snapshot. */
const IMAGES_AT_ONCE = 5;
