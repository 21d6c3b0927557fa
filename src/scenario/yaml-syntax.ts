/**
 * YAML text to the `yaml` package's nodes (YAML 1.2 core schema), for one document of bounded size and depth. The
 * package's lexer, parser and composer are chained by hand so that a hostile text is given up while it is read.
 */
import { Composer, isScalar, Lexer, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { quoted } from './problem.js';
import { failAt, type Locator } from './source-place.js';

const TEXT_LENGTH_MAX = 5_000_000;
export const DEPTH_MAX = 100;
/** Lexical tokens; a file of 100,000 keys and values has fewer unless it is mostly blank lines and comments. */
const TOKENS_MAX = 1_000_000;

/** The parser's messages quote the text, all of it. */
const MESSAGE_LENGTH_MAX = 200;

/** Whether anything is written for a node; `key:` with nothing after it has a node too. */
export function isWritten(node: ParsedNode | null): node is ParsedNode {
  return node !== null && !(isScalar(node) && node.source === '' && node.type === 'PLAIN');
}

/** Text to the `yaml` package's nodes. */
export function composeYaml(text: string, locate: Locator): ParsedNode {
  if (text.length > TEXT_LENGTH_MAX)
    failAt(locate(0), `the file is larger than ${TEXT_LENGTH_MAX / 1e6} MB (${text.length} characters)`);
  const documents = [
    ...new Composer({
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: false, // compared pairwise, quadratic; checked in TreeReader
      resolveKnownTags: false,
      logLevel: 'silent',
    }).compose(boundedTokens(text, locate), true, text.length),
  ];
  const faults: YAMLError[] = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  // One slip can upset the parser for many lines, so only the first is worth showing.
  const first = faults.sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (first !== undefined)
    failAt(locate(first.pos[0]), syntaxMessage(first, text).slice(0, MESSAGE_LENGTH_MAX));
  const contents = documents[0]!.contents;
  if (!isWritten(contents)) failAt(locate(0), 'the file is empty');
  return contents;
}

/** The parser's tokens up to the first it cannot place, given up where a second document begins. */
function* boundedTokens(text: string, locate: Locator) {
  let documents = 0;
  for (const token of parserTokens(text, locate)) {
    if (token.type === 'document' && ++documents > 1)
      failAt(locate(token.offset), 'the file holds more than one YAML document; a scenario is one');
    yield token;
    if (token.type === 'error') return;
  }
}

/** The parser's tokens, given up as soon as they are too many or too deep. */
function* parserTokens(text: string, locate: Locator) {
  const parser = new Parser();
  // The parser's stack holds the document, one entry per open collection, and a scalar. This only keeps the
  // parser from piling up millions of levels; the tree's depth is counted exactly when it is read.
  const stackMax = DEPTH_MAX + 2;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > TOKENS_MAX) failAt(locate(parser.offset), `the file has more than ${TOKENS_MAX} tokens`);
    yield* parser.next(lexeme);
    if (parser.stack.length > stackMax)
      failAt(locate(parser.offset), `nested deeper than ${DEPTH_MAX} levels`);
  }
  yield* parser.end();
}

/** Syntax errors in words, where the package's are meant for those who know YAML's grammar. */
function syntaxMessage(fault: YAMLError, text: string): string {
  const { code, message } = fault;
  const unclosed = /^Flow (map|sequence) .*end with a (.)$/.exec(message);
  if (unclosed !== null)
    return `expected "${unclosed[2]}" to close the ${unclosed[1] === 'map' ? 'map' : 'list'}; its lines must be indented more than its key`;
  if (message.startsWith('Missing closing '))
    return `missing closing ${message.at(-'quote'.length - 1)} quote`;
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'tabs cannot indent YAML; use spaces';
    case 'TAG_RESOLVE_FAILED':
      return `tags are not supported here: ${message}`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'unexpected "key: value" here; is the indentation right, or does a text with ": " need quotes?';
    case 'BAD_INDENT':
      return `wrong indentation: ${message}`;
    case 'UNEXPECTED_TOKEN': {
      const unexpected = text.slice(fault.pos[0], fault.pos[1]).trim();
      return unexpected === '' ? message : `unexpected ${quoted(unexpected)} here`;
    }
    default:
      return message;
  }
}
