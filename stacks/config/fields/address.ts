import { z } from "zod";
import { checksumProblem } from "../../../components/contracts/definitions/checksum";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** An address of a chain. Mixed capitals must be the right checksum (EIP-55). */
export const addressSchema = z
  .string()
  .regex(ADDRESS, "must be an address: 0x and 40 hex digits")
  .refine((text) => !ADDRESS.test(text) || checksumProblem(text) === undefined, {
    error: ({ input }) => checksumProblem(String(input)),
  });
