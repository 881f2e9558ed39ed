// Filters, zoom, keyboard and pointer of the timeline. Runs in the browser, last; `timeline-data.ts` says what the data mean.
(() => {
  const { draw, describe, element } = globalThis.timelinePicture;
  const { drawTable } = globalThis.timelineTable;
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const picture = byId("picture");
  const MOST_ZOOM = 200;

  const view = { zoom: 1, table: false, sort: 3, descending: false, hidden: new Set() };
  let drawn = { items: [] };
  let current;

  for (const [index, { name }] of data.groups.entries()) {
    byId("group").append(element("option", { value: index }, [name]));
  }
  for (const kind of [...new Set(data.bars.map((bar) => bar.kind))].sort()) {
    const box = element("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => {
      view.hidden[box.checked ? "delete" : "add"](kind);
      render();
    });
    byId("kinds").append(
      element("label", {}, [box, element("span", { class: `key kind-${kind}` }), data.kinds[kind]]),
    );
  }
  const waitKinds = new Set(data.bars.flatMap(({ waits = [] }) => waits.map(({ kind }) => kind)));
  const WAITS = {
    throttle: "waits for a rate limit",
    retry: "waits before a retry",
    gate: "waits at the update gate",
  };
  byId("legend").append(
    key("critical", "critical path"),
    key("creates", "creates"),
    key("updates", "updates"),
    key("deletes", "deletes"),
    ...(data.bars.some(({ state }) => state !== undefined) ? [key("failed", "failed or unfinished")] : []),
    ...[...waitKinds].map((kind) => key(`wait-${kind}`, WAITS[kind])),
  );

  function key(name, words) {
    return element("span", {}, [element("span", { class: `key ${name}` }), words]);
  }

  function shownBars() {
    const group = byId("group").value;
    const name = byId("name").value.toLowerCase();
    return data.bars.flatMap((bar, place) =>
      (group === "" || bar.group === Number(group)) &&
      !view.hidden.has(bar.kind) &&
      bar.name.toLowerCase().includes(name)
        ? [place]
        : [],
    );
  }

  function render() {
    const bars = shownBars();
    byId("shown").textContent =
      bars.length === data.bars.length
        ? `${bars.length} operations`
        : `${bars.length} of ${data.bars.length} operations`;
    picture.hidden = view.table;
    byId("table").hidden = !view.table;
    byId("view-picture").setAttribute("aria-pressed", String(!view.table));
    byId("view-table").setAttribute("aria-pressed", String(view.table));
    if (view.table) {
      const { sort, descending } = view;
      drawTable(byId("table"), data, { bars, sort, descending, onSort: sortBy });
      return;
    }
    const visible = new Set(bars);
    drawn = draw(picture, data, {
      bars,
      path: data.path.filter((place) => visible.has(place)),
      rows: byId("rows").checked,
      zoom: view.zoom,
    });
    const kept = drawn.items.find(({ place, group }) => place === current?.place && group === current.group);
    current = kept ?? drawn.items[0];
    current?.bar.setAttribute("tabindex", "0");
  }

  function sortBy(column) {
    view.descending = view.sort === column && !view.descending;
    view.sort = column;
    render();
    byId("table").querySelectorAll(".sort")[column].focus();
  }

  /** Zooms around a point of the picture, which stays where it is. @param at in pixels from the picture's left edge. */
  function zoomTo(zoom, at = picture.clientWidth / 2) {
    const before = view.zoom;
    view.zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    const time = picture.scrollLeft + at - drawn.left;
    const focused = picture.contains(document.activeElement);
    render();
    picture.scrollLeft = (time * view.zoom) / before - at + drawn.left;
    if (focused) {
      current?.bar.focus({ preventScroll: true });
    }
  }

  function select(item) {
    if (item === undefined) {
      return;
    }
    current?.bar.setAttribute("tabindex", "-1");
    current = item;
    item.bar.setAttribute("tabindex", "0");
    item.bar.focus({ preventScroll: true });
    reveal(item);
  }

  /** Scrolls an operation into view, which the axis and the names of the groups would partly cover. */
  function reveal({ y, height, place }) {
    const { start, end } = data.bars[place];
    const [from, to] = [drawn.x(start) + drawn.left, drawn.x(end) + drawn.left];
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = picture;
    if (from < scrollLeft + drawn.left || Math.min(to, from + 40) > scrollLeft + clientWidth) {
      picture.scrollLeft = from - drawn.left - 30;
    }
    if (y < scrollTop || y + height + drawn.head > scrollTop + clientHeight) {
      picture.scrollTop = y - (clientHeight - drawn.head) / 2;
    }
  }

  const neighbours = {
    ArrowRight: () => ofGroup(current.group)[ofGroup(current.group).indexOf(current) + 1],
    ArrowLeft: () => ofGroup(current.group)[ofGroup(current.group).indexOf(current) - 1],
    ArrowDown: () => nearestInGroup(current.group + 1),
    ArrowUp: () => nearestInGroup(current.group - 1),
    Home: () => ofGroup(current.group)[0],
    End: () => ofGroup(current.group).at(-1),
    c: () => {
      const path = drawn.items.filter(({ place, group }) => group === 0 && data.path.includes(place));
      return path[(path.findIndex(({ place }) => place === current.place) + 1) % path.length];
    },
  };
  const zooms = {
    "+": () => zoomTo(view.zoom * 2),
    "=": () => zoomTo(view.zoom * 2),
    "-": () => zoomTo(view.zoom / 2),
    0: () => zoomTo(1),
  };

  function ofGroup(group) {
    return drawn.items
      .filter((item) => item.group === group)
      .sort((one, other) => data.bars[one.place].start - data.bars[other.place].start);
  }

  function nearestInGroup(group) {
    const start = data.bars[current.place].start;
    const distance = ({ place }) => Math.abs(data.bars[place].start - start);
    return ofGroup(group).sort((one, other) => distance(one) - distance(other))[0];
  }

  picture.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || current === undefined) {
      return;
    }
    const name = event.key === "C" ? "c" : event.key;
    const action = zooms[name] ?? (neighbours[name] && (() => select(neighbours[name]())));
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  });

  function show(target) {
    const bar = target.closest?.(".bar[data-place]");
    if (bar) {
      const place = Number(bar.dataset.place);
      const words = describe(data, place, data.path.includes(place));
      byId("detail").replaceChildren(
        element("strong", {}, [data.bars[place].name]),
        ` ${words.slice(data.bars[place].name.length + 2)} `,
        element("span", { class: "note" }, [data.bars[place].type]),
      );
    }
  }
  picture.addEventListener("pointerover", ({ target }) => show(target));
  picture.addEventListener("focusin", ({ target }) => show(target));
  picture.addEventListener("click", ({ target }) => {
    const bar = target.closest(".bar[data-place]");
    select(drawn.items.find((item) => item.bar === bar));
  });
  picture.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        zoomTo(
          view.zoom * (event.deltaY < 0 ? 1.25 : 0.8),
          event.clientX - picture.getBoundingClientRect().left,
        );
      }
    },
    { passive: false },
  );

  for (const id of ["group", "rows"]) {
    byId(id).addEventListener("change", render);
  }
  byId("name").addEventListener("input", render);
  byId("zoom-in").addEventListener("click", () => zoomTo(view.zoom * 2));
  byId("zoom-out").addEventListener("click", () => zoomTo(view.zoom / 2));
  byId("zoom-all").addEventListener("click", () => zoomTo(1));
  for (const table of [false, true]) {
    byId(table ? "view-table" : "view-picture").addEventListener("click", () => {
      view.table = table;
      render();
    });
  }
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) {
      width = innerWidth;
      render();
    }
  });
  render();
})();
