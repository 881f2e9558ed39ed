import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Program, programLabels } from "./ports";

type Container = kubernetes.types.input.core.v1.Container;
type Volume = kubernetes.types.input.core.v1.Volume;

/** The arguments of a program of the monitoring. */
export interface MonitoringProgramArgs {
  readonly program: Program;
  readonly image: string;
  /** The port of its HTTP server. */
  readonly port: number;
  /** The path at which it says that it works. */
  readonly readyPath: string;
  /** The uid under which it runs: that of its image. */
  readonly user: number;
  /** Requests, and the limit of memory. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** @default the image's */
  readonly command?: readonly string[];
  readonly args: readonly string[];
  /** @default none */
  readonly env?: Readonly<Record<string, string>>;
  readonly config: ProgramConfig;
  /** Where it keeps data. */
  readonly data?: ProgramData;
  /** Paths of further folders in which it writes what may be lost. @default only /tmp */
  readonly scratch?: readonly string[];
  /** A Secret that is mounted as files, with its path. @default none */
  readonly secret?: { readonly name: pulumi.Input<string>; readonly path: string };
  /** The ServiceAccount whose token it gets. @default one without rights, and no token */
  readonly serviceAccount?: pulumi.Input<string>;
  /** The name of the namespace. */
  readonly namespace: pulumi.Output<string>;
  /** The resource with which Kubernetes deletes everything here but the volume. */
  readonly deletedWith: pulumi.Resource;
}

/** The files that a program reads when it starts. Another content starts it anew. */
export interface ProgramConfig {
  /** Where the files are. */
  readonly path: string;
  /** The content of each file by its path below `path`. */
  readonly files: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whether the files are in a Secret and not in a ConfigMap. */
  readonly isSecret: boolean;
}

/** A volume of a program. */
export interface ProgramData {
  readonly path: string;
  /** As a Kubernetes quantity. */
  readonly storage: string;
  /** @default the cluster's default class */
  readonly storageClassName?: pulumi.Input<string> | undefined;
}

/**
 * A program of a region's monitoring: one pod with its files, its volume and a Service in the cluster.
 *
 * ```
 * files ──────┐
 * volume ─────┴─ deployment    service
 * ```
 */
export class MonitoringProgram extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringProgramArgs, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:monitoring:MonitoringProgram", name, {}, opts);
    const parent = { parent: this };
    const contents = { ...parent, deletedWith: args.deletedWith };
    const labels = programLabels(args.program);
    const metadata = { name: args.program, namespace: args.namespace, labels };
    // The Deployment waits until its pod is ready, and with it the volume.
    const skipAwait = { "pulumi.com/skipAwait": "true" };

    const { volume: files, version } = createFiles();
    const volume = args.data === undefined ? undefined : createVolume(args.data);
    createDeployment();
    createService();
    this.registerOutputs();

    function createFiles(): { readonly volume: Volume; readonly version: pulumi.Output<string> } {
      const { config } = args;
      const data = Object.fromEntries(
        Object.entries(config.files).map(([path, content]) => [keyOf(path), content]),
      );
      const items = Object.keys(config.files).map((path) => ({ key: keyOf(path), path }));
      const fileMetadata = { ...metadata, name: `${args.program}-config` };
      if (config.isSecret) {
        const secret = new kubernetes.core.v1.Secret(
          `${name}-config`,
          { metadata: fileMetadata, stringData: data },
          contents,
        );
        // A hash of a short password could be searched.
        const version = pulumi.unsecret(secret.metadata.resourceVersion);
        return { volume: { name: "config", secret: { secretName: secret.metadata.name, items } }, version };
      }
      const configMap = new kubernetes.core.v1.ConfigMap(
        `${name}-config`,
        { metadata: fileMetadata, data },
        contents,
      );
      const volume = { name: "config", configMap: { name: configMap.metadata.name, items } };
      return { volume, version: hashOf(config) };
    }

    function createVolume({ storage, storageClassName }: ProgramData): Volume {
      const claim = new kubernetes.core.v1.PersistentVolumeClaim(
        `${name}-data`,
        {
          metadata: { ...metadata, name: `${args.program}-data`, annotations: skipAwait },
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage } },
            ...(storageClassName === undefined ? {} : { storageClassName }),
          },
        },
        parent,
      );
      return { name: "data", persistentVolumeClaim: { claimName: claim.metadata.name } };
    }

    function createDeployment(): void {
      new kubernetes.apps.v1.Deployment(
        name,
        {
          metadata,
          spec: {
            replicas: 1,
            // The volume can be mounted by one pod at a time.
            strategy: { type: "Recreate" },
            selector: { matchLabels: labels },
            template: {
              metadata: { labels, annotations: { "chainfleet/config": version } },
              spec: {
                ...(args.serviceAccount === undefined ? {} : { serviceAccountName: args.serviceAccount }),
                automountServiceAccountToken: args.serviceAccount !== undefined,
                enableServiceLinks: false,
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: args.user,
                  runAsGroup: args.user,
                  fsGroup: args.user,
                  fsGroupChangePolicy: "OnRootMismatch",
                  seccompProfile: { type: "RuntimeDefault" },
                },
                containers: [containerOf(args)],
                volumes: [
                  files,
                  ...(volume === undefined ? [] : [volume]),
                  ...(args.secret === undefined
                    ? []
                    : [{ name: "secret", secret: { secretName: args.secret.name, defaultMode: 0o440 } }]),
                  ...scratchOf(args).map((_, index) => ({
                    name: `scratch-${index}`,
                    emptyDir: { sizeLimit: "1Gi" },
                  })),
                ],
              },
            },
          },
        },
        parent,
      );
    }

    function createService(): void {
      new kubernetes.core.v1.Service(
        `${name}-service`,
        {
          metadata: { ...metadata, annotations: skipAwait },
          spec: { selector: labels, ports: [{ name: "http", port: args.port, targetPort: "http" }] },
        },
        contents,
      );
    }
  }
}

function containerOf(args: MonitoringProgramArgs): Container {
  const probe = { httpGet: { path: args.readyPath, port: "http" } };
  return {
    name: args.program,
    image: args.image,
    ...(args.command === undefined ? {} : { command: [...args.command] }),
    args: [...args.args],
    env: Object.entries(args.env ?? {}).map(([variable, value]) => ({ name: variable, value })),
    ports: [{ name: "http", containerPort: args.port }],
    resources: { requests: args.resources, limits: { memory: args.resources.memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    // Prometheus replays its log before it is ready, which takes minutes on a large volume.
    startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 120 },
    readinessProbe: { ...probe, periodSeconds: 10, timeoutSeconds: 5 },
    volumeMounts: [
      { name: "config", mountPath: args.config.path, readOnly: true },
      ...(args.data === undefined ? [] : [{ name: "data", mountPath: args.data.path }]),
      ...(args.secret === undefined ? [] : [{ name: "secret", mountPath: args.secret.path, readOnly: true }]),
      ...scratchOf(args).map((mountPath, index) => ({ name: `scratch-${index}`, mountPath })),
    ],
  };
}

function scratchOf({ scratch = [] }: MonitoringProgramArgs): string[] {
  return ["/tmp", ...scratch];
}

/** The key of a file in a ConfigMap or a Secret, which may have no slash. */
function keyOf(path: string): string {
  return path.replaceAll("/", ".");
}

/** A hash of all files: in the pod's template it starts the pod anew when one of them changes. */
function hashOf({ files }: ProgramConfig): pulumi.Output<string> {
  return pulumi
    .all(Object.values(files))
    .apply((contents) => createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 16));
}
