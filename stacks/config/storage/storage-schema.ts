import { z } from "zod";
import { FIO_PROFILES } from "../../../components/storage/fio/profiles";
import { patternProblem } from "../../../components/storage/plan/pattern";
import { memorySchema, volumeSchema } from "../fields/quantity";
import { type BrokenRule, rules, type Unchecked } from "../fields/rules";

/** The part of the config's schema under `chainfleet:storage`. */

/** Names of pools and sizes are parts of keys, labels, folders and the names of machines. */
const name = z
  .string()
  .max(40, "must have at most 40 characters")
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    "must consist of lower-case letters, digits and dashes, and neither begin nor end with a dash",
  );
const positive = z.int("must be a whole number").min(1, "must be at least 1");
/** The size is a part of keys, of labels and of the names of machines. */
const pvcSize = volumeSchema.refine(
  (text) => /^[1-9]\d*[A-Za-z]*$/.test(text),
  'must be a whole number with a suffix, such as "150Gi"',
);
const pattern = z.string().superRefine((text, context) => {
  const problem = patternProblem(text);
  if (problem !== undefined) {
    context.addIssue({ code: "custom", message: problem });
  }
});
const seconds = z.number("must be a number of seconds");

const vmSizeSchema = z.strictObject({
  name: name.describe("The name of the size, which is part of keys and names."),
  cpu: positive.describe("The virtual CPUs of a machine."),
  memory: memorySchema.describe("The memory of a machine."),
});

export const DEFAULT_RUNTIME_SECONDS = 120;
export const DEFAULT_RAMP_SECONDS = 10;
export const DEFAULT_TEST_SECONDS = 1800;

const fioSchema = z
  .strictObject({
    runtimeSeconds: positive
      .default(DEFAULT_RUNTIME_SECONDS)
      .describe("The measured seconds of each job. `--rank` measures 60 at most."),
    rampSeconds: z
      .int("must be a whole number")
      .min(0, "must not be negative")
      .default(DEFAULT_RAMP_SECONDS)
      .describe("The seconds before each measurement, in which caches and burst credits settle."),
    iodepth: positive.default(32).describe("The operations in flight for each process."),
    numjobs: positive.default(4).describe("The processes of each job."),
    fileSize: z
      .string()
      .regex(/^[1-9]\d*[kMGT]?$/, 'must be a size as fio reads it, such as "4G"')
      .default("4G")
      .describe("The size of the file of each process. The volume must have room for all of them."),
  })
  .prefault({});

const repeatSchema = z
  .strictObject({
    atLeast: positive.default(1).describe("How often each test is repeated at least."),
    atMost: positive
      .max(100, "must be at most 100")
      .optional()
      .describe("How often each test is repeated at most. Default: `atLeast`."),
    spread: z
      .number("must be a number")
      .positive("must be above 0")
      .default(0.05)
      .describe(
        "A test is repeated until the interquartile range of its IOPS is at most this share of their median. Three repetitions are needed to know.",
      ),
  })
  .check(rules(brokenRepeatRules))
  .transform(({ atLeast, atMost = atLeast, spread }) => ({ atLeast, atMost, spread }))
  .prefault({});

function brokenRepeatRules({
  atLeast,
  atMost,
}: Unchecked<{ atLeast: number; atMost?: number | undefined }>): BrokenRule[] {
  return typeof atLeast === "number" && typeof atMost === "number" && atMost < atLeast
    ? [{ field: "atMost", problem: `is ${atMost}, which is less than atLeast (${atLeast})` }]
    : [];
}

const selectSchema = z
  .strictObject({
    quick: z
      .boolean()
      .default(false)
      .describe(
        "Only the first size, the first volume, one machine; random-rw and sequential-rw with 4k and 1M.",
      ),
    overview: z
      .boolean()
      .default(false)
      .describe("Only random-rw with 4k and sequential-rw with 1M, on the first size."),
    rank: z
      .boolean()
      .default(false)
      .describe("The tests of `overview`, and mixed-70-30 with 4k, on the second size."),
    pools: z.array(name).default([]).describe("Only these pools. Default: all pools."),
    filters: z
      .array(pattern)
      .default([])
      .describe(
        "Only tests that match one of these patterns, `pool:size:pvc:concurrency:profile:blocksize`, with `*` for any text.",
      ),
    excludes: z.array(pattern).default([]).describe("No tests that match one of these patterns."),
  })
  .prefault({});

export const storageSchema = z.strictObject({
  kubeconfig: z
    .string()
    .min(1, "must be the path of a file")
    .optional()
    .describe(
      "The path of the kubeconfig of the cluster with KubeVirt: absolute, relative to the project's root folder, or from the home folder, `~/.kube/config`. It may contain environment variables: $" +
        "{NAME}. Default: as kubectl finds it.",
    ),
  context: z.string().optional().describe("The kubeconfig's context. Default: the current context."),
  namespace: z
    .string()
    .max(63, "must have at most 63 characters")
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be the name of a Kubernetes namespace")
    .default("vm-perf-test")
    .describe("The namespace of the test machines. It must exist."),
  image: z
    .string()
    .min(1, "must be a container disk")
    .default("quay.io/containerdisks/fedora:43")
    .describe(
      "The container disk of the machines. It must have cloud-init and packages named fio and qemu-guest-agent.",
    ),
  pools: z
    .array(
      z.strictObject({
        name: name.describe("The name of the pool."),
        storageClass: z
          .string()
          .min(1, "must be the name of a storage class")
          .describe("The storage class that makes the pool's volumes."),
        volumeMode: z
          .enum(["Filesystem", "Block"])
          .default("Filesystem")
          .describe(
            "Whether a machine gets the volume as a raw device (`Block`, as KubeVirt's users have it on Ceph RBD), or as a file in a file system that the node mounts.",
          ),
      }),
    )
    .min(1, "must name a pool")
    .describe("The pools to test."),
  vmSizes: z
    .array(vmSizeSchema)
    .min(1, "must name a size")
    .default([
      { name: "small", cpu: 2, memory: "4Gi" },
      { name: "medium", cpu: 4, memory: "8Gi" },
      { name: "large", cpu: 8, memory: "16Gi" },
    ])
    .describe("The sizes of the machines, the smallest first."),
  pvcSizes: z
    .array(pvcSize)
    .min(1, "must name a size")
    .default(["150Gi", "500Gi", "1000Gi"])
    .describe("The sizes of the machines' volumes, the smallest first."),
  concurrency: z
    .array(positive)
    .min(1, "must name a number")
    .default([1, 5, 10])
    .describe("How many machines run a test at the same time."),
  profiles: z
    .array(z.enum(FIO_PROFILES.map((profile) => profile.name)))
    .min(1, "must name a profile")
    .default(FIO_PROFILES.map((profile) => profile.name))
    .describe("The fio profiles."),
  blockSizes: z
    .array(z.string().regex(/^[1-9]\d*[kM]$/, 'must be a block size, such as "4k"'))
    .min(1, "must name a block size")
    .default(["4k", "64k", "1M"])
    .describe("The block sizes of the profiles that have none of their own."),
  fio: fioSchema.describe("The settings of fio."),
  repeat: repeatSchema.describe("How often each test is repeated."),
  select: selectSchema.describe(
    "The part of the matrix to test. The flags of `chainfleet storage run` add to it; pools and patterns given there take the place of these.",
  ),
  parallel: z
    .union([z.literal("auto"), positive])
    .default("auto")
    .describe(
      "How many pools are tested at the same time. `auto`: as many as the cluster's workers can carry.",
    ),
  bootSeconds: seconds
    .positive("must be above 0")
    .default(900)
    .describe("Within how many seconds the machines of a group must have booted."),
  testSeconds: seconds
    .positive("must be above 0")
    .default(DEFAULT_TEST_SECONDS)
    .describe("Within how many seconds one repetition of a test must have ended."),
  pollSeconds: seconds
    .min(0.05, "must be at least 0.05")
    .max(300, "must be at most 300")
    .default(5)
    .describe("The seconds between two questions about machines and tests."),
  results: z
    .string()
    .min(1, "must be the path of a folder")
    .default("results")
    .describe(
      "The folder of the results: absolute, relative to the project's root folder, or from the home folder, `~/results`.",
    ),
});

export type StorageConfig = z.infer<typeof storageSchema>;
