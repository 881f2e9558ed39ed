import { StopInstancesCommand } from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../../error";
import { ec2 } from "../aws/clients";
import { poll } from "../aws/poll";
import { describe } from "./launch";

/**
 * Stops an instance and waits until it is stopped, for which EC2 needs up to some minutes. An instance that is stopped
 * already is no error.
 *
 * @throws ChainfleetError INSTANCE_ENDED if the instance is terminated, INSTANCE_NOT_STOPPED after 10 minutes.
 */
export async function stopInstance(region: string, instanceId: string): Promise<void> {
  await ec2(region).send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  await poll(
    { everySeconds: 1, forSeconds: 600 },
    async () => {
      const { State, StateReason } = await describe(region, instanceId);
      if (State?.Name === "terminated" || State?.Name === "shutting-down") {
        throw new ChainfleetError({
          code: "INSTANCE_ENDED",
          summary: `The instance ${instanceId} (${region}) ended before its image was made: ${StateReason?.Message ?? "EC2 gives no reason"}.`,
          next: "Run chainfleet again, which takes another instance. After a plain pulumi up, run pulumi refresh first.",
        });
      }
      return State?.Name === "stopped" ? true : undefined;
    },
    () =>
      new ChainfleetError({
        code: "INSTANCE_NOT_STOPPED",
        summary: `The instance ${instanceId} (${region}) was not stopped after 10 minutes.`,
        next: "Look at the instance in the EC2 console, and run again.",
      }),
  );
}
