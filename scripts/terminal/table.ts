import Table from "cli-table3";

/** The heading of a column. Columns of numbers are aligned to the right. */
export type Column = string | { readonly numbers: string };

/** A table for the terminal, without lines between the rows. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: columns.map((column) => (typeof column === "string" ? column : column.numbers)),
    colAligns: columns.map((column) => (typeof column === "string" ? "left" : "right")),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
