// Draws the charts of a report in the browser. The page contains this file and the chart library; `chart-data.ts` says what the
// data mean.
(() => {
  const { tests } = JSON.parse(document.getElementById("page-data").textContent);
  const figures = [...document.querySelectorAll(".chart")];
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const BAR = 9;
  const ROW = 2 * BAR + 12;
  const NARROW = 460;
  const DIRECTIONS = ["read", "write"];
  const FONT = "system-ui, sans-serif";

  function draw(element) {
    const test = tests[Number(element.dataset.test)];
    const directions = DIRECTIONS.filter((direction) => test.pools.some((pool) => pool[direction]));
    const theme = colours();
    element.style.height = `${test.pools.length * ROW + 40}px`;
    const chart = echarts.getInstanceByDom(element) ?? echarts.init(element, null, { renderer: "svg" });
    const isNarrow = element.clientWidth < NARROW;
    const kind = element.dataset.chart;
    const options =
      kind === "latency" ? latencyChart(test, directions, theme) : rateChart(test, kind, directions, theme);
    chart.resize();
    chart.setOption({ ...common(element, test, theme, isNarrow), ...options }, { notMerge: true });
  }

  function common(element, test, theme, isNarrow) {
    const fontSize = isNarrow ? 11 : 12;
    const labels = test.pools.map(({ pool, outcome }) =>
      wrapped(outcome === "passed" ? pool : `${pool} (${outcome})`, isNarrow ? 16 : 26),
    );
    return {
      animation: false,
      aria: { enabled: true, label: { description: element.getAttribute("aria-label") } },
      textStyle: { fontFamily: FONT, color: theme.text },
      grid: { left: labelWidth(labels, fontSize) + 12, right: 28, top: 4, bottom: 26 },
      yAxis: {
        type: "category",
        inverse: true,
        data: labels,
        axisLine: { lineStyle: { color: theme.line } },
        axisTick: { show: false },
        axisLabel: {
          color: theme.text,
          fontSize,
          interval: 0,
          lineHeight: 12,
        },
      },
      tooltip: {
        trigger: "axis",
        axisPointer: { type: "none" },
        confine: true,
        backgroundColor: theme.raised,
        borderColor: theme.line,
        textStyle: { color: theme.text, fontSize: 13 },
        formatter: ([item]) => tooltip(test.pools[item.dataIndex], element.dataset.chart),
      },
    };
  }

  /** Breaks a long name at hyphens and spaces. */
  function wrapped(name, length) {
    const lines = [""];
    for (const part of name.split(/(?<=[- ])/)) {
      if (lines.at(-1) !== "" && lines.at(-1).length + part.length > length) {
        lines.push("");
      }
      lines[lines.length - 1] += part;
    }
    return lines.join("\n");
  }

  /** The chart library's own estimate (`containLabel`) cuts labels of several lines off. */
  function labelWidth(labels, fontSize) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${fontSize}px ${FONT}`;
    return Math.max(
      ...labels.flatMap((label) => label.split("\n")).map((line) => context.measureText(line).width),
    );
  }

  /** Bars of the medians, with whiskers from the lower to the upper quartile. */
  function rateChart(test, kind, directions, theme) {
    const whole = directions.length * BAR + (directions.length - 1) * 2;
    return {
      xAxis: valueAxis(theme, "value", compact),
      series: directions.flatMap((direction, index) => {
        const rates = test.pools.map((pool) => pool[direction]?.[kind]);
        const offset = index * (BAR + 2) + BAR / 2 - whole / 2;
        return [
          {
            type: "bar",
            name: direction,
            barWidth: BAR,
            barGap: `${(2 / BAR) * 100}%`,
            itemStyle: { color: theme[direction] },
            data: rates.map((rate) => rate?.value ?? null),
          },
          {
            type: "custom",
            z: 3,
            encode: { x: [1, 2], y: 0 },
            data: rates.flatMap((rate, row) => (rate ? [[row, rate.q1, rate.q3]] : [])),
            renderItem: (_, api) => whisker(api, offset, theme.text),
          },
        ];
      }),
    };
  }

  function whisker(api, offset, colour) {
    const [left, y] = api.coord([api.value(1), api.value(0)]);
    const [right] = api.coord([api.value(2), api.value(0)]);
    const line = (x1, y1, x2, y2) => ({
      type: "line",
      shape: { x1, y1: y + offset + y1, x2, y2: y + offset + y2 },
      style: { stroke: colour, lineWidth: 1 },
    });
    return {
      type: "group",
      children: [line(left, 0, right, 0), line(left, -3, left, 3), line(right, -3, right, 3)],
    };
  }

  /** A line from p50 to p99.9 with a mark at each percentile, on a logarithmic axis. */
  function latencyChart(test, directions, theme) {
    return {
      xAxis: valueAxis(theme, "log", microseconds),
      series: directions.map((direction, index) => {
        const offset = directions.length === 1 ? 0 : (index - 0.5) * (BAR + 2);
        return {
          type: "custom",
          name: direction,
          encode: { x: [1, 2, 3], y: 0 },
          data: test.pools.flatMap((pool, row) =>
            pool[direction]
              ? [[row, pool[direction].p50.value, pool[direction].p99.value, pool[direction].p999.value]]
              : [],
          ),
          renderItem: (_, api) => percentiles(api, offset, theme[direction], theme.surface),
        };
      }),
    };
  }

  function percentiles(api, offset, colour, surface) {
    const [p50, p99, p999] = [1, 2, 3].map((column) => api.coord([api.value(column), api.value(0)])[0]);
    const y = api.coord([api.value(1), api.value(0)])[1] + offset;
    return {
      type: "group",
      children: [
        {
          type: "line",
          shape: { x1: p50, y1: y, x2: p999, y2: y },
          style: { stroke: colour, lineWidth: 1.5 },
        },
        { type: "circle", shape: { cx: p50, cy: y, r: 4 }, style: { fill: colour } },
        {
          type: "circle",
          shape: { cx: p99, cy: y, r: 3.5 },
          style: { fill: surface, stroke: colour, lineWidth: 1.5 },
        },
        {
          type: "line",
          shape: { x1: p999, y1: y - 4, x2: p999, y2: y + 4 },
          style: { stroke: colour, lineWidth: 1.5 },
        },
      ],
    };
  }

  function valueAxis(theme, type, formatter) {
    return {
      type,
      splitNumber: 4,
      axisLabel: { color: theme.muted, formatter, hideOverlap: true },
      splitLine: { lineStyle: { color: theme.line } },
    };
  }

  function tooltip(pool, kind) {
    const encode = echarts.format.encodeHTML;
    const lines = DIRECTIONS.filter((direction) => pool[direction]).map((direction) => {
      const figures = pool[direction];
      return kind === "latency"
        ? `${direction}: p50 ${figures.p50.text}, p99 ${figures.p99.text}, p99.9 ${figures.p999.text}`
        : `${direction}: ${figures[kind].text} (quartiles ${figures[kind].quartiles})`;
    });
    return [`<b>${encode(pool.pool)}</b>`, ...(lines.length === 0 ? [pool.outcome] : lines).map(encode)].join(
      "<br>",
    );
  }

  const compactFormat = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

  function compact(value) {
    return compactFormat.format(value);
  }

  function microseconds(value) {
    const [unit, size] = value >= 1e6 ? ["s", 1e6] : value >= 1e3 ? ["ms", 1e3] : ["µs", 1];
    return `${compact(value / size)} ${unit}`;
  }

  function colours() {
    // A probe element resolves light-dark(), which a custom property keeps as it was written.
    const probe = document.body.appendChild(document.createElement("span"));
    const entries = ["text", "muted", "surface", "raised", "line", "read", "write"].map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    });
    probe.remove();
    return Object.fromEntries(entries);
  }

  function drawVisible() {
    for (const element of figures) {
      if (element.clientWidth > 0) {
        draw(element);
      }
    }
  }

  const choice = document.getElementById("group");
  function showGroup() {
    for (const element of document.querySelectorAll("[data-group]")) {
      element.hidden = choice !== null && element.dataset.group !== choice.value;
    }
    drawVisible();
  }

  choice?.addEventListener("change", showGroup);
  dark.addEventListener("change", drawVisible);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) {
      width = innerWidth;
      drawVisible();
    }
  });
  showGroup();
})();
