import { z } from "zod";
import { isAtLeast, isWhole, parseQuantity, type Quantity } from "../../../components/quantity";

/** What an amount in the config must be, beside a quantity of Kubernetes. */
interface AmountRule {
  readonly isMet: (quantity: Quantity) => boolean;
  readonly requirement: string;
}

const quantity = (example: string, rules: readonly AmountRule[]) =>
  z
    .union([z.string(), z.number()], `must be a Kubernetes quantity, such as ${example}`)
    .transform(String)
    .superRefine((text, context) => {
      const parsed = parseQuantity(text);
      const broken =
        parsed === undefined
          ? `must be a Kubernetes quantity, such as ${example}`
          : rules.find(({ isMet }) => !isMet(parsed))?.requirement;
      if (broken !== undefined) {
        context.addIssue({ code: "custom", message: broken });
      }
    });

const atLeast = (least: string, requirement: string): AmountRule => ({
  isMet: (parsed) => isAtLeast(parsed, parseQuantity(least) as Quantity),
  requirement,
});

/** The suffix m stands for thousandths: `100m` of memory is a tenth of a byte, and Kubernetes takes it. */
const WHOLE_BYTES: AmountRule = {
  isMet: isWhole,
  requirement:
    'must be a whole number of bytes: the suffix m stands for thousandths, and Mi for 2^20, such as "100Mi"',
};

/** An amount of CPU in cores. */
export const cpuSchema = quantity('1, 1.5 or "500m"', [
  // https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-cpu
  atLeast("1m", 'must be at least "1m", a thousandth of a core'),
]);

/** An amount of memory in bytes. */
export const memorySchema = quantity('"4Gi" or "4G"', [
  WHOLE_BYTES,
  // The least that Docker takes: linuxMinMemory in https://github.com/moby/moby/blob/master/daemon/daemon_unix.go
  atLeast(
    "6Mi",
    'must be at least "6Mi", without which no container starts; a number without a suffix is bytes',
  ),
]);

/** The size of a volume in bytes. */
export const volumeSchema = quantity('"100Gi" or "100G"', [
  WHOLE_BYTES,
  atLeast("1Mi", 'must be at least "1Mi"; a number without a suffix is bytes'),
]);
