/** What became of one region. */
export type RegionOutcome<Value> =
  | { readonly region: string; readonly value: Value; readonly error?: undefined }
  | { readonly region: string; readonly value?: undefined; readonly error: string };

/** How work in regions is bounded and told. */
export interface AtOnceOptions<Value> {
  /** The seconds after which a region counts as failed. They begin for all regions at once. */
  readonly timeoutSeconds: number;
  /** Called for each region in the order of the list, as soon as it and all before it have ended. */
  readonly told?: (outcome: RegionOutcome<Value>) => void;
}

/**
 * Works in all regions at the same time. A region that fails or hangs costs the others nothing; a region that hangs fails when
 * its time is over, whatever the work does.
 *
 * @param work gets a signal that aborts at the end of the region's time.
 * @returns the outcomes in the order of the regions.
 */
export async function allAtOnce<Region extends { readonly name: string }, Value>(
  regions: readonly Region[],
  { timeoutSeconds, told }: AtOnceOptions<Value>,
  work: (region: Region, signal: AbortSignal) => Promise<Value>,
): Promise<RegionOutcome<Value>[]> {
  const outcomes = regions.map((region) => outcomeOf(region, timeoutSeconds, work));
  const ordered: RegionOutcome<Value>[] = [];
  for (const outcome of outcomes) {
    const ended = await outcome;
    told?.(ended);
    ordered.push(ended);
  }
  return ordered;
}

async function outcomeOf<Region extends { readonly name: string }, Value>(
  region: Region,
  timeoutSeconds: number,
  work: (region: Region, signal: AbortSignal) => Promise<Value>,
): Promise<RegionOutcome<Value>> {
  const { name } = region;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`no end within ${timeoutSeconds} s`);
        ending.abort(error);
        reject(error);
      }, timeoutSeconds * 1000);
    });
    return { region: name, value: await Promise.race([work(region, ending.signal), late]) };
  } catch (error) {
    return { region: name, error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
