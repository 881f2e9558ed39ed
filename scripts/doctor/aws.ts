import { SECRETS_ADDON } from "../../components/cluster/secrets-addon";
import { quotaDemands, quotaProblem } from "../../components/region/aws-quotas";
import { keyStoreOf } from "../../stacks/config/fields/key-store";
import type { Config } from "../../stacks/config/schema";
import { type Check, missing, ok, unknown, type Verdict } from "./check";
import { failureOf, jsonOf, type Shell } from "./shell";

type AwsRegion = Extract<Config["regions"][number], { readonly cloud: "aws" }>;

/**
 * The session at AWS for each profile, and for each region the quotas that a region of its size needs, whether the account
 * encrypts disks by default, and where keys are in Secrets Manager, whether EKS has what mounts them; asked through the AWS CLI.
 *
 * @param profile of regions that name none: `aws:profile`; undefined for the credentials that AWS finds.
 */
export function awsChecks(config: Config, profile: string | undefined, shell: Shell): Check[] {
  const regions = config.regions.filter((region): region is AwsRegion => region.cloud === "aws");
  const profiles = [...new Set(regions.map((region) => region.profile ?? profile))];
  const aws = (of: string | undefined, args: readonly string[]) =>
    shell("aws", [...args, "--output", "json", ...(of === undefined ? [] : ["--profile", of])]);
  return [
    ...profiles.map((of) => ({
      name: `AWS: account of ${of === undefined ? "the session" : `the profile ${of}`}`,
      required: true,
      look: () => session(of),
    })),
    ...regions.flatMap((region) => [
      { name: `AWS: quotas in ${region.location}`, required: false, look: () => quotas(region) },
      { name: `AWS: disks in ${region.location}`, required: false, look: () => disks(region) },
      ...(keyStoreOf(config.besu, region) === "secretsManager"
        ? [
            {
              name: `AWS: secrets add-on in ${region.location}`,
              required: true,
              look: () => secretsAddon(region),
            },
          ]
        : []),
    ]),
  ];

  async function session(of: string | undefined): Promise<Verdict> {
    const result = await aws(of, ["sts", "get-caller-identity"]);
    const caller = jsonOf(result) as { readonly Account?: string; readonly Arn?: string } | undefined;
    if (caller?.Account !== undefined) {
      return ok(`account ${caller.Account}, as ${caller.Arn ?? "unknown"}`);
    }
    const flag = of === undefined ? "" : ` --profile ${of}`;
    return result.code === "missing" || result.code === "silent"
      ? unknown(failureOf("aws", result))
      : missing(failureOf("aws", result), `aws sso login${flag}, or aws configure${flag}`);
  }

  async function quotas(region: AwsRegion): Promise<Verdict> {
    const { location } = region;
    const at = ["--region", location];
    const of = region.profile ?? profile;
    const types = [...new Set([region.systemInstanceType, region.validatorInstanceType])];
    const machines = await aws(of, ["ec2", "describe-instance-types", ...at, "--instance-types", ...types]);
    const sizes = jsonOf(machines) as
      | {
          readonly InstanceTypes?: readonly {
            readonly InstanceType: string;
            readonly VCpuInfo: { readonly DefaultVCpus: number };
          }[];
        }
      | undefined;
    if (sizes?.InstanceTypes === undefined) {
      return unknown(failureOf("aws", machines));
    }
    const vcpus = new Map(
      sizes.InstanceTypes.map(({ InstanceType, VCpuInfo }) => [InstanceType, VCpuInfo.DefaultVCpus]),
    );
    const problems: string[] = [];
    for (const demand of quotaDemands(region, (type) => vcpus.get(type))) {
      const { serviceCode, quotaCode } = demand.quota;
      const codes = ["--service-code", serviceCode, "--quota-code", quotaCode];
      const result = await aws(of, ["service-quotas", "get-service-quota", ...at, ...codes]);
      const { Quota } = (jsonOf(result) ?? {}) as { readonly Quota?: { readonly Value?: number } };
      if (Quota?.Value === undefined) {
        return unknown(failureOf("aws", result));
      }
      problems.push(
        ...[quotaProblem(demand, location, Quota.Value)].filter((problem) => problem !== undefined),
      );
    }
    return problems.length === 0 ? ok("suffice for the region") : missing(problems.join("; "));
  }

  /** The root disks of the nodes follow this setting; the volumes of Besu are always encrypted. */
  async function disks(region: AwsRegion): Promise<Verdict> {
    const at = ["--region", region.location];
    const result = await aws(region.profile ?? profile, ["ec2", "get-ebs-encryption-by-default", ...at]);
    const answer = jsonOf(result) as { readonly EbsEncryptionByDefault?: boolean } | undefined;
    return answer?.EbsEncryptionByDefault === undefined
      ? unknown(failureOf("aws", result))
      : answer.EbsEncryptionByDefault
        ? ok("are encrypted by default")
        : missing(
            "the root disks of nodes are not encrypted, because the account does not encrypt by default",
            `aws ec2 enable-ebs-encryption-by-default --region ${region.location}`,
          );
  }

  /** EKS has an add-on in some locations and for some versions of Kubernetes before it has it in others. */
  async function secretsAddon({ location, kubernetesVersion, ...region }: AwsRegion): Promise<Verdict> {
    const which = ["--addon-name", SECRETS_ADDON, "--kubernetes-version", kubernetesVersion];
    const result = await aws(region.profile ?? profile, [
      ...["eks", "describe-addon-versions", "--region", location],
      ...which,
    ]);
    const { addons } = (jsonOf(result) ?? {}) as { readonly addons?: readonly unknown[] };
    if (addons === undefined) {
      return unknown(failureOf("aws", result));
    }
    return addons.length > 0
      ? ok(`${SECRETS_ADDON} is available for Kubernetes ${kubernetesVersion}`)
      : missing(
          `EKS has no add-on ${SECRETS_ADDON} for Kubernetes ${kubernetesVersion}, which mounts the keys`,
          "Choose another kubernetesVersion, or set keyStore of the region to kubernetes.",
        );
  }
}
