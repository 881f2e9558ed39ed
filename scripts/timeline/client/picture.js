// Draws the timeline as SVG. Runs in the browser, after layout.js and before controls.js. Texts come into the page as text, so
// that no name of a resource can be markup.
globalThis.timelinePicture = (() => {
  const { layOut, ticks, concurrency, duration, clock } = globalThis.timelineLayout;
  const NARROW = 640;
  const LABELS = 150;
  const HEADER = 18;
  const STRIP = 40;
  const AXIS = 20;
  const END = 14;
  const CHARACTER = 6.4;

  /** @param path the bars of the critical path that are shown. */
  function draw(container, data, { bars, path, rows, zoom }) {
    const narrow = container.clientWidth < NARROW;
    const left = narrow ? 0 : LABELS;
    const width = Math.max(120, container.clientWidth - left - END - 14) * zoom;
    const { groups, height } = layOut(data, { bars, path, rows, header: narrow ? HEADER : 0 });
    const x = (time) => (time / data.seconds) * width;
    const frame = { data, x, width, left, narrow, onPath: new Set(data.path) };
    const head = element("div", { class: "head" }, [axis(frame, bars)]);
    const picture = svg("svg", {
      width: width + END,
      height,
      class: "bars",
      style: `margin-left:${left}px`,
      role: "group",
      "aria-label": "Operations",
    });
    picture.append(hatching(), ...groups.map((group) => band(group, width)), ...gridLines(frame, height));
    const items = groups.flatMap((group, index) => drawGroup(picture, group, index, frame));
    const labels = element("div", { class: narrow ? "labels over" : "labels", "aria-hidden": "true" });
    labels.style.width = narrow ? "100%" : `${left}px`;
    labels.append(...groups.map((group) => groupLabel(group)));
    const body = element("div", { class: "body" }, [picture, labels]);
    container.replaceChildren(head, body);
    return { items, x, left, head: STRIP + AXIS };
  }

  function axis({ data, x, width, left, narrow }, bars) {
    const image = svg("svg", {
      width: width + END,
      height: STRIP + AXIS,
      style: `margin-left:${left}px`,
      "aria-hidden": "true",
    });
    const counts = concurrency(bars, data);
    const most = counts.reduce((max, { count }) => Math.max(max, count), 1);
    const y = (count) => STRIP - (count / most) * (STRIP - 12);
    let line = `M0 ${STRIP}`;
    for (const { time, count } of counts) {
      line += `H${x(time).toFixed(1)}V${y(count).toFixed(1)}`;
    }
    image.append(
      svg("path", { d: `${line}V${STRIP}Z`, class: "area" }),
      text(`at most ${most} operations at once`, { x: 3, y: 9, class: "faint" }),
      ...ticks(data.seconds, width, narrow ? 44 : 60).flatMap((time) => [
        svg("line", { x1: x(time), x2: x(time), y1: STRIP, y2: STRIP + 4, class: "tick" }),
        text(`${clock(time)}${time === 0 ? " s" : ""}`, { x: x(time), y: STRIP + 15, class: "faint" }),
      ]),
    );
    return image;
  }

  function gridLines({ data, x, width, narrow }, height) {
    return ticks(data.seconds, width, narrow ? 44 : 60).map((time) =>
      svg("line", { x1: x(time), x2: x(time), y1: 0, y2: height, class: "grid" }),
    );
  }

  function band({ top, height }, width) {
    return svg("rect", { x: 0, y: top - 3, width: width + END, height: height + 6, class: "band" });
  }

  function drawGroup(picture, group, index, frame) {
    if (group.name === "critical path") {
      picture.append(...connectors(group.items, frame));
    }
    return group.items.map((item) => {
      const bar = drawBar(item, frame);
      picture.append(bar);
      if (item.labelled) {
        picture.append(barLabel(item, frame));
      }
      return { ...item, group: index, bar };
    });
  }

  function drawBar({ place, y, height }, { data, x, onPath }) {
    const { op, kind, start, end, state, waits = [] } = data.bars[place];
    const isCritical = onPath.has(place);
    const bar = svg("g", {
      class: ["bar", operationClass(op), state ?? "", isCritical ? "critical" : ""].join(" ").trim(),
      role: "img",
      tabindex: -1,
      "aria-label": describe(data, place, isCritical),
    });
    bar.dataset.place = place;
    const span = (from, to) => ({ x: x(from), y, height, width: Math.max(1.5, x(to) - x(from)) });
    bar.append(svg("rect", { ...span(start, end), rx: 1.5, class: `kind-${kind}` }));
    for (const wait of waits) {
      bar.append(
        svg("rect", { ...span(wait.start, wait.end), class: `wait wait-${wait.kind}` }),
        svg("rect", { ...span(wait.start, wait.end), class: "hatched" }),
      );
    }
    return bar;
  }

  function operationClass(op) {
    if (op.startsWith("delete")) {
      return "deletes";
    }
    return op === "update" ? "updates" : "creates";
  }

  function barLabel({ place, y, height }, { data, x, width }) {
    const { name, start, end } = data.bars[place];
    const label = `${name} ${duration(end - start)}`;
    const fits = x(end) + 6 + label.length * CHARACTER < width + END;
    const before = !fits && x(start) - 6 - label.length * CHARACTER > 0;
    // A long bar of the critical path in a narrow window has room for its name only inside.
    const at = fits ? x(end) + 5 : before ? x(start) - 5 : 4;
    return text(label, {
      x: at,
      y: y + height / 2 + 4,
      class: fits || before ? "label" : "label inside",
      "text-anchor": before ? "end" : "start",
      "aria-hidden": "true",
    });
  }

  /** Lines from the end of each operation of the critical path to the start of the next one. */
  function connectors(items, { data, x }) {
    return items.slice(1).map((item, index) => {
      const from = items[index];
      const [end, start] = [data.bars[from.place].end, data.bars[item.place].start];
      // Down first, beside the name that follows the operation, and then along the next operation's row.
      return svg("path", {
        d: `M${x(end)} ${from.y + from.height / 2}V${item.y + item.height / 2}H${Math.max(x(end), x(start))}`,
        class: "connector",
      });
    });
  }

  function groupLabel({ name, note, top, items }) {
    const label = element("div", { class: "group" });
    label.style.top = `${top}px`;
    label.append(
      element("strong", {}, [name]),
      element("span", {}, [note === "" ? `${items.length} operations` : `${note}, ${items.length}`]),
    );
    return label;
  }

  /** An operation in words. */
  function describe(data, place, isCritical) {
    const { name, op, group, start, end, state, waits = [] } = data.bars[place];
    return [
      name,
      op,
      data.groups[group].name,
      `${duration(end - start)} from ${duration(start)}`,
      ...(state === undefined ? [] : [state]),
      ...(isCritical ? ["on the critical path"] : []),
      ...waits.map(
        (wait) =>
          `waited ${duration(wait.end - wait.start)}: ${wait.kind}${wait.reason && `, ${wait.reason}`}`,
      ),
    ].join(", ");
  }

  /** White stripes over waits, so that they differ from operations without colours too. */
  function hatching() {
    const pattern = svg("pattern", {
      id: "hatch",
      width: 5,
      height: 5,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    });
    pattern.append(svg("rect", { width: 1.8, height: 5, class: "stripe" }));
    const definitions = svg("defs", {});
    definitions.append(pattern);
    return definitions;
  }

  function svg(name, attributes) {
    return withAttributes(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
  }

  function text(content, attributes) {
    const node = svg("text", attributes);
    node.textContent = content;
    return node;
  }

  function element(name, attributes, children = []) {
    const node = withAttributes(document.createElement(name), attributes);
    node.append(...children);
    return node;
  }

  function withAttributes(node, attributes) {
    for (const [key, value] of Object.entries(attributes)) {
      node.setAttribute(key, String(value));
    }
    return node;
  }

  return { draw, describe, element };
})();
