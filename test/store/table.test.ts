import { describe, expect, it } from 'vitest';
import { tableOf, tableOfColumns } from '../../src/store/table.js';

describe('a table', () => {
  it('has its values by column, in the order of the rows', () => {
    const table = tableOf(
      'points',
      [
        { name: 'x', type: 'number', of: ({ x }) => x },
        { name: 'isBig', type: 'boolean', of: ({ x }) => (x === 0 ? null : x > 1) },
      ],
      [{ x: 0.5 }, { x: 0 }, { x: 2 }],
    );
    expect(table).toEqual({
      name: 'points',
      rowCount: 3,
      columns: [
        { name: 'x', type: 'number', values: [0.5, 0, 2] },
        { name: 'isBig', type: 'boolean', values: [false, null, true] },
      ],
    });
  });

  it('tells names apart that SQL would take for one', () => {
    const text = (name: string) => ({ name, type: 'text' as const, of: () => null });
    const { columns } = tableOf('t', [text('Chat'), text('chat'), text('chat_2'), text('CHAT')], []);
    expect(columns.map(({ name }) => name)).toEqual(['Chat', 'chat_2', 'chat_2_2', 'CHAT_3']);
  });

  it.each([
    ['number', Number.NaN],
    ['number', Number.POSITIVE_INFINITY],
    ['number', '1'],
    ['integer', 0.5],
    ['integer', 2 ** 53],
    ['text', 1],
    ['boolean', 1],
  ] as const)('takes no %s that is %s', (type, value) => {
    expect(() => tableOfColumns('t', [{ name: 'a', type, values: [value] }], 1)).toThrow(/^t\.a: .* is no /);
  });

  it('takes no column that is shorter than the others', () => {
    expect(() => tableOfColumns('t', [{ name: 'a', type: 'text', values: ['x'] }], 2)).toThrow(
      't.a: 1 values for 2 rows',
    );
  });
});
