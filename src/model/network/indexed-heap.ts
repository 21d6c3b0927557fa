/**
 * A binary heap of small whole numbers by key, smallest first; among equal keys the smaller order. Every number knows
 * its place, so its key can be changed and it can be taken out in O(log n). Data plane.
 */
export class IndexedHeap {
  private items = new Int32Array(16);
  private keys = new Float64Array(16);
  private orders = new Float64Array(16);
  /** Place of each number in the heap, -1 where it is not there. */
  private places = new Int32Array(16).fill(-1);
  size = 0;

  /** The number with the smallest key; only where there is one. */
  get top(): number {
    return this.items[0]!;
  }

  /** The smallest key, Infinity where the heap is empty. */
  get topKey(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.keys[0]!;
  }

  has(item: number): boolean {
    return item < this.places.length && this.places[item]! >= 0;
  }

  /** The key of a number that is in the heap. */
  keyOf(item: number): number {
    return this.keys[this.places[item]!]!;
  }

  /** Puts a number in, or gives it another key. */
  set(item: number, key: number, order: number): void {
    if (item >= this.places.length) this.growPlaces(item);
    let place = this.places[item]!;
    if (place < 0) {
      if (this.size === this.items.length) this.growHeap();
      place = this.size++;
    }
    this.settle(place, item, key, order);
  }

  /** Takes a number out; nothing where it is not there. */
  remove(item: number): void {
    if (!this.has(item)) return;
    const place = this.places[item]!;
    this.places[item] = -1;
    const last = --this.size;
    if (place === last) return;
    this.settle(place, this.items[last]!, this.keys[last]!, this.orders[last]!);
  }

  /** Finds the place of an entry, beginning at a place that is free for it, upwards or else downwards. */
  private settle(from: number, item: number, key: number, order: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isAfter(parent, key, order)) break;
      this.move(parent, place);
      place = parent;
    }
    if (place === from) place = this.sink(from, key, order);
    this.items[place] = item;
    this.keys[place] = key;
    this.orders[place] = order;
    this.places[item] = place;
  }

  private sink(from: number, key: number, order: number): number {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.size) return place;
      if (child + 1 < this.size && this.isAfter(child, this.keys[child + 1]!, this.orders[child + 1]!))
        child++;
      if (this.isAfter(child, key, order)) return place;
      this.move(child, place);
      place = child;
    }
  }

  private isAfter(place: number, key: number, order: number): boolean {
    const other = this.keys[place]!;
    return other > key || (other === key && this.orders[place]! > order);
  }

  private move(from: number, to: number): void {
    const item = this.items[from]!;
    this.items[to] = item;
    this.keys[to] = this.keys[from]!;
    this.orders[to] = this.orders[from]!;
    this.places[item] = to;
  }

  private growHeap(): void {
    const { items, keys, orders } = this;
    const length = items.length * 2;
    this.items = new Int32Array(length);
    this.items.set(items);
    this.keys = new Float64Array(length);
    this.keys.set(keys);
    this.orders = new Float64Array(length);
    this.orders.set(orders);
  }

  private growPlaces(item: number): void {
    const { places } = this;
    this.places = new Int32Array(Math.max(item + 1, places.length * 2)).fill(-1);
    this.places.set(places);
  }
}
