// Where each bar of the timeline is drawn. Runs in the browser, before picture.js; nothing here touches the page.
globalThis.timelineLayout = (() => {
  const ROW = 17;
  const LANE = 10;
  const THIN_LANE = 6;
  const MANY_LANES = 220;
  const GAP = 10;

  /**
   * The groups of the picture from top to bottom, each with its bars and their places: first the critical path with a row for
   * each operation, then the regions and chains. In these, operations share lanes unless each is to have a row.
   *
   * @param header the height of the strip above each group that holds its name, in pixels; 0 if names stand beside it.
   */
  function layOut(data, { bars, path, rows, header }) {
    const lanes = data.groups.map((_, group) => {
      const own = bars.filter((place) => data.bars[place].group === group).sort(byStart(data));
      return rows ? own.map((place) => [place]) : packed(own, data);
    });
    const laneCount = lanes.reduce((sum, { length }) => sum + length, 0);
    const laneHeight = rows ? ROW : laneCount > MANY_LANES ? THIN_LANE : LANE;
    const groups = [];
    let top = 0;
    const add = (group, ofGroup, height, labelled) => {
      if (ofGroup.length > 0) {
        const tall = header + Math.max(ofGroup.length * height, header === 0 ? 34 : 0);
        groups.push({
          ...group,
          top,
          height: tall,
          items: ofGroup.flatMap((lane, index) =>
            lane.map((place) => ({
              place,
              y: top + header + index * height + 1,
              height: height - 2,
              labelled,
            })),
          ),
        });
        top += tall + GAP;
      }
    };
    add(
      { name: "critical path", note: "" },
      path.map((place) => [place]),
      ROW,
      true,
    );
    for (const [index, group] of data.groups.entries()) {
      add(group, lanes[index], laneHeight, rows);
    }
    return { groups, height: top };
  }

  /** Puts operations into lanes, the longest first: each into the first lane in which no other runs at the same time. */
  function packed(places, data) {
    const lanes = [];
    const length = (place) => data.bars[place].end - data.bars[place].start;
    for (const place of [...places].sort((one, other) => length(other) - length(one))) {
      const { start, end } = data.bars[place];
      const isFree = (other) => data.bars[other].end <= start || data.bars[other].start >= end;
      const lane = lanes.find((taken) => taken.every(isFree));
      if (lane === undefined) {
        lanes.push([place]);
      } else {
        lane.push(place);
      }
    }
    return lanes;
  }

  function byStart(data) {
    return (one, other) => data.bars[one].start - data.bars[other].start || one - other;
  }

  /** Round times for an axis, at least so many pixels apart. */
  function ticks(seconds, width, distance) {
    const least = (seconds * distance) / width;
    const step =
      [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find(
        (size) => size >= least,
      ) ?? Math.ceil(least / 3600) * 3600;
    return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, index) => index * step);
  }

  /** How many of the operations ran at once: from each of the times on. */
  function concurrency(places, data) {
    const changes = places
      .flatMap((place) => [
        [data.bars[place].start, 1],
        [data.bars[place].end, -1],
      ])
      .sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    let count = 0;
    return changes.map(([time, change]) => {
      count += change;
      return { time, count };
    });
  }

  /** @example "16.6 s", "2 min 05 s" */
  function duration(seconds) {
    if (seconds < 100) {
      return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
    }
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  }

  /** @example "0", "2.5", "12:30" */
  function clock(seconds) {
    if (seconds < 120) {
      return String(Math.round(seconds * 10) / 10);
    }
    return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  }

  return { layOut, packed, ticks, concurrency, duration, clock };
})();
