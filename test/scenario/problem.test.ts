import { describe, expect, test } from 'vitest';
import { formatProblems, type Problem, pathText, quoted, ScenarioError } from '../../src/scenario/problem.js';

const problem = (details: Partial<Problem> = {}): Problem => ({
  message: 'unknown key `limt`',
  path: ['policies', 'wip', 'limt'],
  file: 'fleet.yaml',
  line: 3,
  column: 5,
  ...details,
});

describe('a ScenarioError', () => {
  test('lists every problem as file:line:column: path: message, with its suggestion', () => {
    const error = new ScenarioError([
      problem({ suggestion: 'limit' }),
      problem({ path: [], line: 9, column: 1, message: 'missing key `fleet`' }),
    ]);
    expect(error.message).toBe(
      'fleet.yaml:3:5: policies.wip.limt: unknown key `limt` (did you mean "limit"?)\n' +
        'fleet.yaml:9:1: missing key `fleet`',
    );
  });

  test('names the argument where the value came from the command line', () => {
    const error = new ScenarioError([
      problem({ file: '--set a.b=8x', line: null, column: null, path: ['a', 'b'], message: 'no' }),
    ]);
    expect(error.message).toBe('--set a.b=8x: a.b: no');
  });

  test('counts the problems beyond the hundredth instead of listing them', () => {
    const { message, problems } = new ScenarioError(Array.from({ length: 130 }, () => problem()));
    expect(message.split('\n')).toHaveLength(101);
    expect(message).toMatch(/and 30 more problems$/);
    expect(problems).toHaveLength(130);
  });
});

describe('formatted problems', () => {
  const source = 'policies:\n  wip:\n    limt: 8\n';

  test('show the source line, a caret below the column and what was expected', () => {
    expect(formatProblems([problem({ expected: 'one of limit, scope' })], source)).toBe(
      [
        'fleet.yaml:3:5: policies.wip.limt: unknown key `limt`',
        '  3 |     limt: 8',
        '    |     ^',
        '  = expected one of limit, scope',
      ].join('\n'),
    );
  });

  test('do not repeat an expectation that the message states', () => {
    const formatted = formatProblems([problem({ message: 'expected a list, got 8', expected: 'a list' })]);
    expect(formatted).toBe('fleet.yaml:3:5: policies.wip.limt: expected a list, got 8');
  });

  test('keep tabs before the caret, so that it stands under the column at any tab width', () => {
    const [, , caret] = formatProblems([problem({ line: 1, column: 3 })], '\tab').split('\n');
    expect(caret).toBe('    | \t ^');
  });

  test('cut a window around the column out of a very long line', () => {
    const line = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`;
    const [, shown, caret] = formatProblems([problem({ line: 1, column: 5001 })], line).split('\n');
    expect(shown!.length).toBeLessThan(140);
    expect(shown!.slice(caret!.indexOf('^'), caret!.indexOf('^') + 4)).toBe('HERE');
  });

  test('let no control character of the file through to the terminal', () => {
    const formatted = formatProblems([problem({ line: 1, column: 1, path: ['\u001b'] })], '\u001b[31m\u202e');
    expect(formatted).not.toContain('\u001b');
    expect(formatted).not.toContain('\u202e');
  });
});

describe('text in messages', () => {
  test('a path is written as --set reads it', () => {
    expect(pathText(['models', 'llama-3.1', 'stages', 0, 'tp'])).toBe('models["llama-3.1"].stages[0].tp');
  });

  test('quoted text is one short line', () => {
    expect(quoted('a\nb')).toBe('"a\\nb"');
    expect(quoted('x'.repeat(1000)).length).toBeLessThanOrEqual(60);
  });
});
