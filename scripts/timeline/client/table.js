// The operations of a timeline as a table, for readers who cannot use the picture. Runs in the browser, before controls.js.
globalThis.timelineTable = (() => {
  const { element } = globalThis.timelinePicture;
  const { duration } = globalThis.timelineLayout;

  const COLUMNS = [
    { title: "Resource", value: ({ name }) => name },
    { title: "Region or chain", value: ({ group }, data) => data.groups[group].name },
    { title: "Operation", value: ({ op, state }) => (state === undefined ? op : `${op}, ${state}`) },
    { title: "Start", number: true, value: ({ start }) => start, show: (start) => start.toFixed(2) },
    {
      title: "Seconds",
      number: true,
      value: ({ start, end }) => end - start,
      show: (seconds) => seconds.toFixed(2),
    },
    { title: "Waits", value: ({ waits = [] }) => waits.map(waitText).join("; ") },
    { title: "Critical path", value: (_, data, place) => (data.path.includes(place) ? "yes" : "") },
    { title: "Type", value: ({ type }) => type },
  ];

  function waitText({ kind, start, end, reason }) {
    return `${kind} ${duration(end - start)}${reason === "" ? "" : ` (${reason})`}`;
  }

  /** Shows the bars, sorted by a column. @param onSort is called with the number of the column that the reader chose. */
  function drawTable(container, data, { bars, sort, descending, onSort }) {
    const value = (place) => COLUMNS[sort].value(data.bars[place], data, place);
    const sorted = [...bars].sort((one, other) => compare(value(one), value(other)) * (descending ? -1 : 1));
    const head = COLUMNS.map(({ title, number }, column) => {
      const button = element("button", { type: "button", class: "sort" }, [title]);
      button.addEventListener("click", () => onSort(column));
      return element(
        "th",
        {
          scope: "col",
          ...(number ? { class: "number" } : {}),
          "aria-sort": column !== sort ? "none" : descending ? "descending" : "ascending",
        },
        [button],
      );
    });
    const rows = sorted.map((place) =>
      element(
        "tr",
        {},
        COLUMNS.map((column, index) => {
          const raw = column.value(data.bars[place], data, place);
          return element(
            index === 0 ? "th" : "td",
            { ...(index === 0 ? { scope: "row" } : {}), ...(column.number ? { class: "number" } : {}) },
            [column.show === undefined ? raw : column.show(raw)],
          );
        }),
      ),
    );
    container.replaceChildren(
      element("table", {}, [
        element("caption", {}, [`${bars.length} operations; times in seconds since the start of the run`]),
        element("thead", {}, [element("tr", {}, head)]),
        element("tbody", {}, rows),
      ]),
    );
  }

  function compare(one, other) {
    return typeof one === "number" ? one - other : one.localeCompare(other);
  }

  return { drawTable };
})();
