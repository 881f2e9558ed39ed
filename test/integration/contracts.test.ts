import { afterAll, beforeAll, describe } from "vitest";
import { ContractsStack } from "./contracts/contracts-stack";
import { testDeployment } from "./contracts/deployment";
import { testFailures } from "./contracts/failures";
import { testPreconditions } from "./contracts/preconditions";
import { testVariants } from "./contracts/variants";

/**
 * A contracts stack and its chain from the first preview on. The themes run in this order, because each of them
 * continues with the contracts that the one before it deployed.
 */
describe("the contracts stack", () => {
  const stack = new ContractsStack();

  beforeAll(() => stack.start("--disable-default-create2-deployer"));
  afterAll(() => stack.stop());

  describe("preconditions", () => testPreconditions(stack));
  describe("deployment", () => testDeployment(stack));
  describe("other kinds of contracts and endpoints", () => testVariants(stack));
  describe("reverts and failures", () => testFailures(stack));
});
