import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventList } from '../../src/kernel/event-list.js';

/** Pops everything that is left, as `subject@time`. */
function drain(events: EventList): string[] {
  const popped: string[] = [];
  while (events.pop()) popped.push(`${events.subject}@${events.nowS}`);
  return popped;
}

describe('order', () => {
  test('events come in order of time, whatever the order of scheduling', () => {
    const events = new EventList();
    for (const timeS of [5, 1, 4, 2, 3]) events.schedule(timeS, 0, timeS * 10);
    expect(drain(events)).toEqual(['10@1', '20@2', '30@3', '40@4', '50@5']);
  });

  test('events at one time come in the order in which they were scheduled', () => {
    const events = new EventList(2);
    for (let i = 0; i < 100; i++) events.schedule(7, 0, i);
    expect(drain(events)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}@7`));
  });

  test('kind and subject come back with the event', () => {
    const events = new EventList();
    events.schedule(1, 255, 2 ** 31 - 1);
    events.schedule(2, 7, -1);
    events.pop();
    expect([events.kind, events.subject, events.nowS]).toEqual([255, 2 ** 31 - 1, 1]);
    events.pop();
    expect([events.kind, events.subject, events.nowS]).toEqual([7, -1, 2]);
  });

  test('the clock stays at the last event when there are no more', () => {
    const events = new EventList();
    events.schedule(3, 0, 0);
    events.pop();
    expect([events.pop(), events.pop(), events.nowS, events.popped]).toEqual([false, false, 3, 1]);
  });
});

describe('size and peek', () => {
  test('an empty list has size 0 and its next event is never', () => {
    const events = new EventList();
    expect([events.size, events.peekTimeS(), events.pop()]).toEqual([0, Number.POSITIVE_INFINITY, false]);
  });

  test('size counts the events to come, right after a pop too', () => {
    const events = new EventList();
    events.schedule(1, 0, 0);
    events.schedule(2, 0, 0);
    events.pop();
    expect([events.size, events.peekTimeS(), events.size]).toEqual([1, 2, 1]);
    events.pop();
    expect([events.size, events.peekTimeS(), events.size]).toEqual([0, Number.POSITIVE_INFINITY, 0]);
  });

  test('an event scheduled right after a pop takes its place in the order', () => {
    const events = new EventList();
    for (const timeS of [1, 3, 5]) events.schedule(timeS, 0, timeS);
    events.pop();
    events.schedule(4, 0, 4);
    expect(drain(events)).toEqual(['3@3', '4@4', '5@5']);
  });

  test('the only event gives way to the next one', () => {
    const events = new EventList(1);
    for (let timeS = 0; timeS < 50; timeS++) {
      events.schedule(timeS, 0, timeS);
      expect(events.pop()).toBe(true);
      expect([events.subject, events.size]).toEqual([timeS, 0]);
    }
  });
});

describe('what is refused', () => {
  test('an event in the past', () => {
    const events = new EventList();
    events.schedule(2, 0, 0);
    events.pop();
    expect(() => events.schedule(1.999, 0, 0)).toThrow('event at 1.999 s before the clock at 2 s');
    expect(() => events.schedule(Number.NaN, 0, 0)).toThrow(RangeError);
    expect(() => events.schedule(2, 0, 0)).not.toThrow();
  });

  test('cancelling what has happened or was cancelled', () => {
    const events = new EventList();
    const first = events.schedule(1, 0, 0);
    const second = events.schedule(2, 0, 0);
    events.cancel(second);
    expect(() => events.cancel(second)).toThrow(/not scheduled/);
    events.pop();
    expect(() => events.cancel(first)).toThrow(/not scheduled/);
  });
});

test('a handle is used again only after its event is over', () => {
  const events = new EventList(2);
  const handles = [events.schedule(1, 0, 0), events.schedule(2, 0, 0), events.schedule(3, 0, 0)];
  expect(new Set(handles).size).toBe(3);
  events.cancel(handles[1]!);
  const again = events.schedule(4, 0, 9);
  expect([handles[0], handles[2]]).not.toContain(again);
  expect(events.timeOfS(again)).toBe(4);
});

test('an event at infinity waits behind all others', () => {
  const events = new EventList();
  events.schedule(Number.POSITIVE_INFINITY, 0, 1);
  events.schedule(1e300, 0, 2);
  expect(drain(events)).toEqual(['2@1e+300', '1@Infinity']);
});

/** The event list as a sorted array. */
class Sorted {
  private readonly waiting: { timeS: number; order: number; subject: number }[] = [];
  private order = 0;

  schedule(timeS: number, subject: number): void {
    this.waiting.push({ timeS, order: this.order++, subject });
    this.waiting.sort((a, b) => a.timeS - b.timeS || a.order - b.order);
  }

  cancel(subject: number): void {
    this.waiting.splice(
      this.waiting.findIndex((event) => event.subject === subject),
      1,
    );
  }

  pop = () => this.waiting.shift();
  peekTimeS = () => this.waiting[0]?.timeS ?? Number.POSITIVE_INFINITY;
  subjects = () => this.waiting.map((event) => event.subject);
  size = () => this.waiting.length;
}

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('schedule' as const), inS: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('peek' as const) }) },
);

test('any sequence of operations does what a sorted array does', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 200 }),
      fc.constantFrom(1, 2, 64),
      (operations, capacity) => {
        const events = new EventList(capacity);
        const sorted = new Sorted();
        const handles = new Map<number, number>();
        let subject = 0;
        for (const step of operations) {
          if (step.do === 'schedule') {
            const timeS = events.nowS + step.inS;
            handles.set(subject, events.schedule(timeS, subject & 255, subject));
            sorted.schedule(timeS, subject++);
          } else if (step.do === 'cancel') {
            const subjects = sorted.subjects();
            if (subjects.length === 0) continue;
            const chosen = subjects[step.which % subjects.length]!;
            events.cancel(handles.get(chosen)!);
            handles.delete(chosen);
            sorted.cancel(chosen);
          } else if (step.do === 'peek') {
            expect(events.peekTimeS()).toBe(sorted.peekTimeS());
          } else {
            const expected = sorted.pop();
            expect(events.pop()).toBe(expected !== undefined);
            if (expected === undefined) continue;
            handles.delete(expected.subject);
            expect([events.nowS, events.subject, events.kind]).toEqual([
              expected.timeS,
              expected.subject,
              expected.subject & 255,
            ]);
          }
          expect(events.size).toBe(sorted.size());
          expect(new Set(handles.values()).size).toBe(handles.size);
        }
        const left: number[] = [];
        while (events.pop()) left.push(events.subject);
        expect(left).toEqual(sorted.subjects());
      },
    ),
    { numRuns: 500 },
  );
});
