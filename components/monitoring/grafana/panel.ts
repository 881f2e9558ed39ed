/** A query of a panel. */
export interface Query {
  /** In PromQL; in LogQL for a panel of logs. */
  readonly expr: string;
  /** The name of each series, in which `{{label}}` stands for the value of a label. @default all labels */
  readonly legend?: string;
}

/** What a panel shows. */
export interface PanelContent {
  readonly title: string;
  readonly kind: "stat" | "timeseries" | "state-timeline" | "table" | "logs";
  readonly queries: readonly Query[];
  /** https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit @default a plain number */
  readonly unit?: string;
  /** From which value on a color applies, ascending; the first applies below all others. @default no colors */
  readonly colors?: readonly { readonly from: number | null; readonly color: "green" | "orange" | "red" }[];
  /** Of 24 columns. @default 8 */
  readonly width?: number;
}

/** The ids of the data sources that Grafana is provisioned with. */
export const DATA_SOURCES = { metrics: "prometheus", logs: "loki" } as const;

/** The panels of a dashboard, from left to right and from top to bottom. */
export function laidOut(contents: readonly PanelContent[]): object[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return contents.map((content, index) => {
    const width = content.width ?? 8;
    const height = content.kind === "stat" ? 4 : 8;
    if (x + width > COLUMNS) {
      [x, y, rowHeight] = [0, y + rowHeight, 0];
    }
    const panel = { id: index + 1, ...panelOf(content), gridPos: { x, y, w: width, h: height } };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return panel;
  });
}

const COLUMNS = 24;

function panelOf({ title, kind, queries, unit, colors }: PanelContent): object {
  const uid = kind === "logs" ? DATA_SOURCES.logs : DATA_SOURCES.metrics;
  const datasource = { type: uid, uid };
  return {
    title,
    type: kind,
    datasource,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      ...(legend === undefined ? {} : { legendFormat: legend }),
      ...(kind === "table" ? { format: "table", instant: true } : {}),
    })),
    fieldConfig: {
      defaults: {
        ...(unit === undefined ? {} : { unit }),
        ...(colors === undefined
          ? {}
          : {
              color: { mode: "thresholds" },
              thresholds: {
                mode: "absolute",
                steps: colors.map(({ from, color }) => ({ value: from, color })),
              },
            }),
      },
      overrides: [],
    },
  };
}
