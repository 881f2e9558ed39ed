import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../aws/clients";
import { unlessGone } from "./launch";

/** Asks EC2 to terminate an instance. An instance that does not exist, or is terminated already, is no error. */
export async function terminateInstance(region: string, instanceId: string): Promise<void> {
  await ec2(region)
    .send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }))
    .catch(unlessGone);
}
