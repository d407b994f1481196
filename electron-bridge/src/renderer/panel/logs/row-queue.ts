/**
 * A queue that is read by position: values come in at the end and go at the front, and a value keeps its
 * position for as long as it is held. Both ends cost O(1), amortised.
 */

/** Below this, what was taken from the front is not worth giving back. */
const COMPACT_FROM = 4096;

export class RowQueue<Value> {
  #values: Value[] = [];
  #head = 0;
  #first = 0;

  /** The position of the first value held. */
  get first(): number {
    return this.#first;
  }

  /** The position after the last value. */
  get end(): number {
    return this.#first + this.length;
  }

  get length(): number {
    return this.#values.length - this.#head;
  }

  push(value: Value): void {
    this.#values.push(value);
  }

  /** The value at `position`, if it is held. */
  at(position: number): Value | undefined {
    return position < this.#first ? undefined : this.#values[this.#head + position - this.#first];
  }

  /** Takes `count` values from the front. */
  drop(count: number): void {
    const taken = Math.min(count, this.length);
    this.#head += taken;
    this.#first += taken;
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#values.length) return;
    this.#values = this.#values.slice(this.#head);
    this.#head = 0;
  }

  /** Holds nothing; positions begin at `first` again. */
  reset(first = 0): void {
    this.#values = [];
    this.#head = 0;
    this.#first = first;
  }

  /** The first position whose value is not before `target`; `end` if all are. Values have to be in order. */
  search(target: number, order: (value: Value) => number): number {
    let low = this.#head;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order(this.#values[middle] as Value) < target) low = middle + 1;
      else high = middle;
    }
    return low - this.#head + this.#first;
  }
}
