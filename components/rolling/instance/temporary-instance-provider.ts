import type { FullProvider } from "../../engine/dynamic-resource";
import { hasImage } from "../image/describe-image";
import { PartialCreation } from "../partial-creation";
import { describe, launch, unlessGone, untilRunning } from "./launch";
import type { TemporaryInstanceArgs } from "./temporary-instance";
import { terminateInstance } from "./terminate";

interface State extends TemporaryInstanceArgs {
  readonly instanceId: string;
  /** Empty until the instance has run. */
  readonly host: string;
}

/** Behind TemporaryInstance. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: TemporaryInstanceArgs) => {
    const replaces = [
      ...(olds.region === news.region ? [] : ["region"]),
      ...(olds.sourceImage === news.sourceImage ? [] : ["sourceImage"]),
      ...(olds.release.id === news.release.id ? [] : ["release"]),
      ...(String(olds.roles) === String(news.roles) ? [] : ["roles"]),
    ];
    return { changes: replaces.length > 0 || olds.host === "", replaces, deleteBeforeReplace: false };
  },
  create: async (args: TemporaryInstanceArgs) => {
    const { InstanceId: instanceId = "" } = await launch(args);
    try {
      const host = await untilRunning(args, instanceId);
      return { id: instanceId, outs: { ...args, instanceId, host } satisfies State };
    } catch (error) {
      throw new PartialCreation(instanceId, { ...args, instanceId, host: "" }, error);
    }
  },
  read: async (id, state: State) =>
    (await exists(state.region, id)) ? { id, props: state } : { id: "", props: {} },
  // Reached after a creation that failed while the instance was starting.
  update: async (id, olds: State, news: TemporaryInstanceArgs) => {
    try {
      return { outs: { ...news, instanceId: id, host: await untilRunning(news, id) } };
    } catch (error) {
      throw new PartialCreation(id, { ...olds, ...news, instanceId: id, host: "" }, error);
    }
  },
  delete: async (id, { region }: State) => {
    await terminateInstance(region, id);
  },
};

/** Whether the instance can still be used, or has done its work: an image was made from it. */
async function exists(region: string, id: string): Promise<boolean> {
  const instance = await describe(region, id).catch(unlessGone);
  const state = instance?.State?.Name ?? "terminated";
  if (state !== "terminated" && state !== "shutting-down") {
    return true;
  }
  return hasImage(region, id);
}
