import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { registeredResources } from "../../../test/dump/registered-resources";
import { BesuNamespace } from "../namespace";
import { AwsSecretsManager } from "./aws-secrets-manager";

/** The address of the private key 1. */
const ADDRESS = "7e5f4552091a69125d5dfcb7b8c2659029395bdf";
const PRIVATE_KEY = `0x${"1".padStart(64, "0")}` as const;
const SECRET_NAME = `chain138-eu-west-1-validator-0-${ADDRESS}`;
const SECRET_ARN = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${SECRET_NAME}-AbCdEf`;

/** The resources of a region with one validator, and what its pod mounts and waits for. */
async function registered() {
  let pod:
    | { readonly volume: unknown; readonly serviceAccount: string; readonly waitsFor: string[] }
    | undefined;
  const resources = await registeredResources(
    {
      newResource: ({ name, type, inputs }) => ({
        id: type.endsWith(":Secret") ? SECRET_ARN : name,
        outputs: {
          arn: type.endsWith(":Secret") ? SECRET_ARN : `arn of ${name}`,
          name: inputs.name ?? name,
        },
      }),
    },
    () => {
      const keyStore = new AwsSecretsManager("eu-west-1", {
        network: "chain138",
        location: "eu-west-1",
        provider: new Provider("eu-west-1-aws", { region: "eu-west-1" }),
        clusterName: "chain138-eu-west-1",
        secretsDriver: [],
      });
      const namespace = new BesuNamespace(
        "eu-west-1",
        { namespaceName: "chain138-eu-west-1", clusterReady: [], monitoringNamespaces: [], loadBalancers: 1 },
        {},
      );
      const keys = keyStore.inNamespace("eu-west-1", namespace, {});
      const { volume, dependsOn } = keys.store(
        {
          name: "eu-west-1-validator-0",
          objectName: "validator-0",
          metadata: { namespace: namespace.name, labels: { role: "validator" } },
          privateKey: pulumi.secret(PRIVATE_KEY),
        },
        {},
      );
      const urns = dependsOn.map(({ urn }) => urn);
      return new Promise<void>((resolve) =>
        pulumi.all([volume, keys.serviceAccountName, urns]).apply(([known, serviceAccount, targets]) => {
          pod = {
            volume: known,
            serviceAccount,
            waitsFor: targets.map((urn) => urn.split("::").at(-1) ?? ""),
          };
          resolve();
        }),
      );
    },
  );
  const one = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
  return { resources, one, pod };
}

it("keeps a key in a secret whose name follows from the key, and which stays for 30 days after its deletion", async () => {
  const { one } = await registered();
  expect(one("eu-west-1-validator-0-key")).toMatchObject({
    name: SECRET_NAME,
    recoveryWindowInDays: 30,
    tags: { Name: SECRET_NAME },
  });
  expect(one("eu-west-1-validator-0-key-value")).toMatchObject({
    secretId: SECRET_ARN,
    secretString: { value: PRIVATE_KEY },
  });
});

it("lets the validators' ServiceAccount of this cluster alone assume the role", async () => {
  const { one } = await registered();
  expect(one("eu-west-1-keys-role")?.name).toBe("chain138-eu-west-1-keys");
  expect(JSON.parse(one("eu-west-1-keys-role")?.assumeRolePolicy).Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-name": "chain138-eu-west-1",
          "aws:RequestTag/kubernetes-namespace": "chain138-eu-west-1",
          "aws:RequestTag/kubernetes-service-account": "validators",
        },
      },
    },
  ]);
  expect(one("eu-west-1-keys-association")).toMatchObject({
    clusterName: "chain138-eu-west-1",
    namespace: "chain138-eu-west-1",
    serviceAccount: "validators",
    roleArn: "arn of eu-west-1-keys-role",
  });
});

it("gives the role the right to read this very secret, and no other right", async () => {
  const { resources, one } = await registered();
  const { policy, ...place } = one("eu-west-1-validator-0-key-reader") ?? {};
  expect(place).toMatchObject({ role: "chain138-eu-west-1-keys", name: "validator-0" });
  expect(JSON.parse(policy).Statement).toEqual([
    {
      Effect: "Allow",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: SECRET_ARN,
    },
  ]);
  expect(resources.filter(({ type }) => /Policy/.test(type)).map(({ type }) => type)).toEqual(
    expect.not.arrayContaining(["aws:iam/rolePolicyAttachment:RolePolicyAttachment"]),
  );
});

it("mounts the key as the file that Besu reads when all of it is there, and puts no key into the cluster", async () => {
  const { resources, one, pod } = await registered();
  expect(one("eu-west-1-validator-0-key-class")).toMatchObject({
    kind: "SecretProviderClass",
    metadata: { name: "validator-0-key" },
    spec: {
      provider: "aws",
      parameters: {
        region: "eu-west-1",
        usePodIdentity: "true",
        objects: `- objectName: ${SECRET_ARN}\n  objectType: secretsmanager\n  objectAlias: key\n`,
      },
    },
  });
  expect(pod).toMatchObject({
    volume: { csi: { driver: "secrets-store.csi.k8s.io", readOnly: true } },
    serviceAccount: "validators",
    waitsFor: [
      "eu-west-1-validator-0-key-class",
      "eu-west-1-validator-0-key-value",
      "eu-west-1-validator-0-key-reader",
      "eu-west-1-keys-association",
    ],
  });
  expect(resources.filter(({ type }) => type.endsWith(":Secret")).map(({ type }) => type)).toEqual([
    "aws:secretsmanager/secret:Secret",
  ]);
});
