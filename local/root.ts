import { join } from "node:path";

/** The root folder of this checkout, as an absolute path. */
export const CHECKOUT = join(__dirname, "..");
