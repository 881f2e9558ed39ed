import type { PoolLimits } from "../../install/pools";

/**
 * A copy of a fio job file in which every job keeps to the limits of a volume.
 *
 * fio paces a job by `rate` (bytes in a second) or by `rate_iops`; where both are set, it follows `rate` alone, so the copy
 * has the one that is lower for the job's block size. Both count for each of a job's clones, and for reads and writes
 * separately: the copy divides them by `numjobs`. Jobs of one file, and machines on one pool, do not share a limit: each
 * has the volume's full one.
 * Source: https://github.com/axboe/fio/blob/fio-3.33/init.c (`__setup_rate`), https://fio.readthedocs.io/en/latest/fio_doc.html#i-o-rate
 *
 * A job that is slower by rates of its own keeps these.
 *
 * @throws if a job has a size or number that is not understood here, or block sizes in a range.
 */
export function limitJobFile(text: string, limits: PoolLimits): string {
  const sections = sectionsOf(text);
  const globals = sections.filter(({ name }) => name === "global");
  // A [global] section holds for the jobs that follow.
  return sections
    .map((section, index) => {
      if (section.name === undefined || section.name === "global") {
        return section.lines.join("\n");
      }
      const inherited = globals.filter((each) => sections.indexOf(each) < index);
      const options = new Map([...inherited, section].flatMap((each) => [...each.options]));
      return [...section.lines, ...rateOptions(options, limits), ""].join("\n");
    })
    .join("\n");
}

/** The command line of a run without a job file, in which every job keeps to the limits. */
export function limitArguments(args: readonly string[], limits: PoolLimits): string[] {
  const options = new Map(
    args.map((arg) => optionOf(arg.replace(/^--/, ""))).filter((each) => each !== undefined),
  );
  return [...rateOptions(options, limits).map((option) => `--${option}`), ...args];
}

/**
 * A copy of a job file in which each `directory` ends with a slash. A machine's mount point is a link, which fio takes for no
 * directory unless the slash says so.
 * Source: https://github.com/axboe/fio/blob/fio-3.33/options.c (`str_directory_cb` asks lstat(2))
 */
export function enterMountPoints(text: string): string {
  return text.replace(
    /^(\s*directory\s*=\s*)([^\s;#]+).*$/gm,
    (_, start, folders) => `${start}${entered(folders)}`,
  );
}

/** The folders of an option, which colons separate, each with a slash at its end. */
export function entered(folders: string): string {
  return folders
    .split(":")
    .map((folder) => folder.replace(/\/*$/, "/"))
    .join(":");
}

interface Section {
  /** Undefined for the lines before the first section. */
  readonly name: string | undefined;
  readonly lines: string[];
  readonly options: Map<string, string>;
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ name: undefined, lines: [], options: new Map() }];
  for (const line of text.split("\n")) {
    const name = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (name !== undefined) {
      sections.push({ name, lines: [line], options: new Map() });
      continue;
    }
    const section = sections.at(-1);
    section?.lines.push(line);
    const option = optionOf(line);
    if (option !== undefined) {
      section?.options.set(...option);
    }
  }
  return sections;
}

function optionOf(line: string): [string, string] | undefined {
  const match = /^\s*([a-z_]+)\s*(?:=\s*(.*?))?\s*$/.exec(withoutComment(line));
  return match?.[1] === undefined ? undefined : [SYNONYMS[match[1]] ?? match[1], match[2] ?? "1"];
}

/** fio cuts every line at the first `;` or `#`: https://github.com/axboe/fio/blob/fio-3.33/parse.c (`strip_blank_end`) */
function withoutComment(line: string): string {
  return line.replace(/[;#].*/, "");
}

const SYNONYMS: Readonly<Record<string, string>> = { blocksize: "bs" };

function rateOptions(options: ReadonlyMap<string, string>, { iops, mbps }: PoolLimits): string[] {
  if (["bsrange", "blocksize_range", "bssplit"].some((name) => options.has(name))) {
    throw new Error("the stand-in for pools limits jobs of one block size only: use bs");
  }
  const clones = whole("numjobs", options.get("numjobs") ?? "1");
  const block = Math.min(...sizesOf("bs", options.get("bs") ?? "4k"));
  const bytes = mbps * 1_000_000;
  const limit = Math.min(block * iops, bytes) / clones;
  if (ownRate(options, block) <= limit) {
    return [];
  }
  // A rate in bytes comes before one in operations, so a job's own has to be replaced by one in bytes.
  return block * iops <= bytes && !options.has("rate")
    ? [`rate_iops=${Math.max(1, Math.floor(iops / clones))}`]
    : [`rate=${Math.max(1, Math.floor(limit))}`];
}

/** The bytes in a second to which a job limits each of its clones by itself. */
function ownRate(options: ReadonlyMap<string, string>, block: number): number {
  const rate = options.get("rate");
  if (rate !== undefined) {
    return Math.max(...sizesOf("rate", rate));
  }
  const operations = options.get("rate_iops");
  return operations === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(...sizesOf("rate_iops", operations)) * block;
}

/** The sizes of an option, which has one for reads, writes and trims, or one for all. */
function sizesOf(option: string, text: string): number[] {
  return text.split(",").map((size) => sizeOf(option, size));
}

/** A size of fio, whose units are powers of 1024 unless `kb_base` says otherwise. */
function sizeOf(option: string, text: string): number {
  const match = /^(\d+)(k|m|g)?(?:i?b)?$/i.exec(text.trim());
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.toLowerCase() ?? ""] ?? 1;
  if (match === null) {
    throw new Error(`${option}=${text} is not a size that the stand-in for pools understands`);
  }
  return Number(match[1]) * unit;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new Error(`${name}=${text} is not a number that the stand-in for pools understands`);
  }
  return value;
}
