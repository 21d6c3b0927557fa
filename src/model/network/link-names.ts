/** Links by name: `node-3/nic-out`, `rack-1/up`, or patterns such as `rack-*` and `*` for several. */
import type { Topology } from './topology.js';

/** Numbers of the links that the pattern fits. */
export function linksNamed(topology: Topology, pattern: string): number[] {
  return [...topology.links.entries()].filter(([, { name }]) => isNamed(name, pattern)).map(([link]) => link);
}

/** Whether the pattern fits the name; `*` stands for any letters, or none. */
export function isNamed(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
