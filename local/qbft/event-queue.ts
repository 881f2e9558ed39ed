/** Events in the order of their times; those of the same time in the order in which they were added. A binary heap. */
export class EventQueue<Event> {
  readonly #heap: { readonly time: number; readonly order: number; readonly event: Event }[] = [];
  #added = 0;

  add(time: number, event: Event): void {
    const heap = this.#heap;
    heap.push({ time, order: this.#added++, event });
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) {
        break;
      }
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** The time of the first event; Infinity if there is none. */
  get time(): number {
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  /** Removes the first event. */
  next(): { readonly time: number; readonly event: Event } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) {
      return first;
    }
    heap[0] = last;
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      for (const child of [left, right]) {
        if (child < heap.length && this.#isBefore(child, least)) {
          least = child;
        }
      }
      if (least === index) {
        return first;
      }
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    return (
      a !== undefined && b !== undefined && (a.time < b.time || (a.time === b.time && a.order < b.order))
    );
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a !== undefined && b !== undefined) {
      this.#heap[one] = b;
      this.#heap[other] = a;
    }
  }
}
