import type { Kind } from "../engine/resources/kind";
import { accessEntry, accessPolicyAssociation } from "./access";
import { addon } from "./addons";
import { cluster } from "./eks";
import { nodeGroup, podIdentityAssociation } from "./eksparts";
import { eip, internetGateway, natGateway } from "./gateways";
import { openIdConnectProvider, role, rolePolicy, rolePolicyAttachment } from "./iam";
import { launchTemplate } from "./launchtemplate";
import { defaultRouteTable, route, routeTable, routeTableAssociation } from "./routes";
import { secret } from "./secretsmanager/secret";
import { secretVersion } from "./secretsmanager/version";
import { egressRule, ingressRule, securityGroup } from "./security";
import { subnet, vpc } from "./vpc";

/** The resource types of aws that the simulated cloud supports, by type token. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  [
    vpc,
    subnet,
    internetGateway,
    eip,
    natGateway,
    routeTable,
    defaultRouteTable,
    route,
    routeTableAssociation,
    securityGroup,
    ingressRule,
    egressRule,
    launchTemplate,
    role,
    rolePolicy,
    rolePolicyAttachment,
    openIdConnectProvider,
    cluster,
    nodeGroup,
    addon,
    accessEntry,
    accessPolicyAssociation,
    podIdentityAssociation,
    secret,
    secretVersion,
  ].map((kind) => [kind.token, kind]),
);
