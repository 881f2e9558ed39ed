import { join } from "node:path";

/** The project's root folder, where Pulumi.yaml is, as an absolute path. */
export const PROJECT_ROOT = join(__dirname, "..");
