import type { PropertyMap } from "../../plugin/values";
import { parseRange } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Reference } from "../engine/resources/kind";
import { booleanAt, isGiven, numberAt, objectsAt, stringAt, stringsAt } from "../engine/resources/properties";
import { type AwsKind, ec2Arn, ec2Reference, generatedId, keyOf, text } from "./api";

export const securityGroup: AwsKind = {
  token: "aws:ec2/securityGroup:SecurityGroup",
  space: "ec2",
  title: "EC2 Security Group",
  taggable: true,
  operations: {
    create: "ec2:CreateSecurityGroup",
    read: "ec2:DescribeSecurityGroups",
    update: "ec2:AuthorizeSecurityGroupIngress",
    delete: "ec2:DeleteSecurityGroup",
  },
  required: [],
  autoname: { property: "name", style: "random", maximumLength: 255 },
  defaults: { description: "Managed by Pulumi" },
  unknown: ["arn", "ownerId", "ingress", "egress", "vpcId"],
  immutable: ["name", "namePrefix", "description", "vpcId", "region"],
  unordered: ["ingress", "egress"],
  identify: generatedId("ec2", "sg"),
  *references(draft) {
    const vpc = stringAt(draft.inputs, "vpcId");
    if (vpc !== undefined) {
      yield ec2Reference(draft, vpc, "InvalidVpcID.NotFound", "vpc");
    }
    for (const rule of inlineRules(draft.inputs)) {
      for (const group of stringsAt(rule, "securityGroups").filter((id) => id !== draft.id)) {
        yield groupReference(draft, group);
      }
    }
  },
  *validate({ inputs, scope, view, key }) {
    const name = text(inputs, "name");
    const vpc = stringAt(inputs, "vpcId");
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    if (name.length > 255 || name.startsWith("sg-") || !/^[\w .:/()#,@[\]+=&;{}!$*-]+$/.test(name)) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Value (${name}) for parameter GroupName is invalid.`,
      );
    }
    if (vpc === undefined) {
      yield new CloudError(400, "VPCIdNotSpecified", "No default VPC for this user");
    } else {
      const vpcKey = keyOf("ec2", scope, vpc);
      const inVpc = [...view.dependents(vpcKey), ...view.children(vpcKey)];
      const duplicate = inVpc.find(
        (other) => other.type === securityGroup.token && other.key !== key && other.inputs.name === name,
      );
      if (duplicate !== undefined) {
        yield new CloudError(
          400,
          "InvalidGroup.Duplicate",
          `The security group '${name}' already exists for VPC '${vpc}'`,
        );
      }
    }
    for (const rule of inlineRules(inputs)) {
      yield* ruleFindings(rule, "protocol", [
        ...stringsAt(rule, "cidrBlocks"),
        ...stringsAt(rule, "ipv6CidrBlocks"),
        ...stringsAt(rule, "securityGroups"),
        ...stringsAt(rule, "prefixListIds"),
        ...(booleanAt(rule, "self") === true ? ["self"] : []),
      ]);
    }
  },
  computed: ({ id, scope, previous }) =>
    previous?.computed ?? { arn: ec2Arn(scope, "security-group", id), ownerId: scope.account },
  outputs: ({ inputs }) => ({ ingress: inputs.ingress ?? [], egress: inputs.egress ?? [] }),
};

export const ingressRule = rule("Ingress");
export const egressRule = rule("Egress");

function rule(direction: "Ingress" | "Egress"): AwsKind {
  return {
    token: `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
    space: "ec2",
    title: "VPC Security Group Rule",
    taggable: true,
    operations: {
      create: `ec2:AuthorizeSecurityGroup${direction}`,
      read: "ec2:DescribeSecurityGroupRules",
      update: "ec2:ModifySecurityGroupRules",
      delete: `ec2:RevokeSecurityGroup${direction}`,
    },
    required: ["ipProtocol", "securityGroupId"],
    unknown: ["arn", "securityGroupRuleId"],
    immutable: ["securityGroupId", "region"],
    identify: generatedId("ec2", "sgr"),
    parent: (draft) => groupReference(draft, text(draft.inputs, "securityGroupId")),
    *references(draft) {
      const group = stringAt(draft.inputs, "referencedSecurityGroupId");
      if (group !== undefined && group !== text(draft.inputs, "securityGroupId")) {
        yield groupReference(draft, group);
      }
    },
    *validate({ inputs, scope, view, key }) {
      const peers = peersOf(inputs);
      yield* ruleFindings(inputs, "ipProtocol", peers);
      if (peers.length > 1) {
        yield new CloudError(
          400,
          "InvalidParameterCombination",
          `Only one source or destination: ${peers.join(", ")}`,
        );
      }
      const duplicate = view
        .children(keyOf("ec2", scope, text(inputs, "securityGroupId")))
        .find(
          (other) => other.type.includes(direction) && other.key !== key && isSameRule(other.inputs, inputs),
        );
      if (duplicate !== undefined) {
        yield new CloudError(
          400,
          "InvalidPermission.Duplicate",
          `the specified rule "peer: ${peers.join()}, ${inputs.ipProtocol}, from port: ${inputs.fromPort}, to port: ` +
            `${inputs.toPort}, ALLOW" already exists`,
        );
      }
    },
    computed: ({ id, scope, previous }) =>
      previous?.computed ?? { arn: ec2Arn(scope, "security-group-rule", id), securityGroupRuleId: id },
  };
}

function groupReference(draft: Pick<Draft, "scope">, id: string): Reference {
  return {
    key: keyOf("ec2", draft.scope, id),
    missing: new CloudError(400, "InvalidGroup.NotFound", `The security group '${id}' does not exist`),
  };
}

function inlineRules(inputs: PropertyMap): readonly PropertyMap[] {
  return [...objectsAt(inputs, "ingress"), ...objectsAt(inputs, "egress")];
}

const peerProperties = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

function peersOf(inputs: PropertyMap): string[] {
  return peerProperties.flatMap((property) => stringAt(inputs, property) ?? []);
}

function isSameRule(a: PropertyMap, b: PropertyMap): boolean {
  return [...peerProperties, "ipProtocol", "fromPort", "toPort"].every((name) => a[name] === b[name]);
}

/**
 * The rules for one permission: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 * @param protocolProperty `protocol` in a group's inline rule, `ipProtocol` in a rule resource
 * @param peers the sources or destinations of the rule
 */
function* ruleFindings(
  inputs: PropertyMap,
  protocolProperty: string,
  peers: readonly string[],
): Generator<CloudError> {
  const protocol = text(inputs, protocolProperty).toLowerCase();
  const from = numberAt(inputs, "fromPort");
  const to = numberAt(inputs, "toPort");
  const invalid = (detail: string) => new CloudError(400, "InvalidParameterValue", detail);
  if (!/^(-1|all|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol)) {
    yield invalid(`Invalid value '${protocol}' for IP protocol. Unknown protocol.`);
  }
  if (protocol === "tcp" || protocol === "udp") {
    const isRange = from !== undefined && to !== undefined && from >= 0 && to <= 65535 && from <= to;
    if (!isRange) {
      yield invalid(
        `Invalid value '${from}-${to}' for portRange of a ${protocol} rule: ports go from 0 to 65535.`,
      );
    }
  } else if ((protocol === "-1" || protocol === "all") && ((from ?? 0) > 0 || (to ?? 0) > 0)) {
    yield invalid(`from_port (${from}) and to_port (${to}) must both be 0 to use the 'ALL' "-1" protocol!`);
  }
  if (peers.length === 0) {
    yield new CloudError(
      400,
      "MissingParameter",
      "A rule needs a source or destination: a range, a group or a list.",
    );
  }
  for (const range of peers.filter((peer) => peer.includes("/") && !peer.includes(":"))) {
    if (parseRange(range) === undefined) {
      yield invalid(`CIDR block ${range} is malformed`);
    }
  }
  if (isGiven(inputs, "description") && text(inputs, "description").length > 255) {
    yield invalid("Invalid rule description: it has more than 255 characters.");
  }
}
