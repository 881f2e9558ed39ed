import { appendFileSync, writeFileSync } from "node:fs";
import type { Structure } from "../protocol/service-model";

/** A request and its answer, as `check_recording.py` compares them with botocore's service model. */
export interface Exchange {
  readonly service: string;
  readonly action: string;
  /** The form that the client sent. */
  readonly form: string;
  /** The form's parameters, as the front read them. */
  readonly input: Structure;
  readonly status: number;
  /** The XML that the client received. */
  readonly body: string;
  /** What the XML says, if it is no refusal. */
  readonly answer?: Structure;
  /** The code of a refusal. */
  readonly code?: string;
}

/** A file with one line of JSON for each exchange. */
export class Recording {
  constructor(readonly file: string) {
    writeFileSync(file, "", { mode: 0o600 });
  }

  add(exchange: Exchange): void {
    appendFileSync(this.file, `${JSON.stringify(exchange)}\n`);
  }
}
