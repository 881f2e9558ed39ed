import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Program, programLabels } from "./ports";

/** The arguments of a reader of nodes. */
export interface NodeReaderArgs {
  readonly program: Program;
  /** The name of the monitoring's namespace, and the resource with which Kubernetes deletes what is in it. */
  readonly namespace: kubernetes.core.v1.Namespace;
  /** The namespace of the region's nodes. */
  readonly besuNamespace: pulumi.Input<string>;
  /** What the program may get, list and watch there. @example ["pods", "pods/log"] */
  readonly resources: readonly string[];
}

/** The ServiceAccount of a program that reads the Kubernetes objects of the region's nodes, and its rights. */
export class NodeReader extends pulumi.ComponentResource {
  readonly account: pulumi.Output<string>;
  /** The account as the subject of further rights. */
  readonly subject: kubernetes.types.input.rbac.v1.Subject;

  constructor(name: string, args: NodeReaderArgs, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:monitoring:NodeReader", `${name}-reader`, {}, opts);
    const parent = { parent: this };
    const labels = programLabels(args.program);
    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-account`,
      {
        metadata: { name: args.program, namespace: args.namespace.metadata.name, labels },
        automountServiceAccountToken: false,
      },
      { ...parent, deletedWith: args.namespace },
    );
    this.account = account.metadata.name;
    this.subject = {
      kind: "ServiceAccount",
      name: account.metadata.name,
      namespace: account.metadata.namespace,
    };
    const metadata = { name: `monitoring-${args.program}`, namespace: args.besuNamespace, labels };
    const role = new kubernetes.rbac.v1.Role(
      `${name}-role`,
      {
        metadata,
        rules: [{ apiGroups: [""], resources: [...args.resources], verbs: ["get", "list", "watch"] }],
      },
      parent,
    );
    new kubernetes.rbac.v1.RoleBinding(
      `${name}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [this.subject],
      },
      parent,
    );
    this.registerOutputs();
  }
}
