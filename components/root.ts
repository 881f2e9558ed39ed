import { join } from "node:path";

/** The absolute path of the project's root folder, which contains Pulumi.yaml. */
export const PROJECT_ROOT = join(__dirname, "..");
