/** The stages of the pipeline, in the order of the report. Their tasks overlap wherever no dependency orders them. */
export const STAGES = [
  "template-selection",
  "code-generation",
  "cleanroom-setup",
  "testing",
  "validation",
  "reporting",
] as const;

export type Stage = (typeof STAGES)[number];

/**
 * The seconds that each stage may take. From the seed "Deployment Pipeline Performance Optimization Guide", optimized
 * performance targets. A stage over its budget is reported; it fails nothing, because the machine decides as much as the code.
 */
export const STAGE_BUDGET_SECONDS: Readonly<Record<Stage, number>> = {
  "template-selection": 3,
  "code-generation": 8,
  "cleanroom-setup": 7,
  testing: 15,
  validation: 7,
  reporting: 3,
};

/** The seconds that the whole pipeline may take. */
export const WHOLE_BUDGET_SECONDS = 60;

/** The profiler warns of a stage that takes longer than these seconds, whatever the budget. */
export const WARNING_SECONDS = 10;
