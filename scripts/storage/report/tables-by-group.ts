/**
 * One table under a heading for each group of rows. A single table of all rows of a full matrix would take minutes, because the time
 * of cli-table3 grows with the square of the rows.
 *
 * @param headingOf the heading of the group to which a row belongs.
 */
export function tablesByGroup<Row>(
  rows: readonly Row[],
  headingOf: (row: Row) => string,
  table: (rows: readonly Row[]) => string,
): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const heading = headingOf(row);
    const group = groups.get(heading) ?? [];
    group.push(row);
    groups.set(heading, group);
  }
  return [...groups].map(([heading, group]) => `${heading}\n${table(group)}`).join("\n\n");
}
