/**
 * Where the journals of finished runs lie: `$WIPSIM_CACHE`, else `$XDG_CACHE_HOME/wipsim`, else `~/.cache/wipsim` (XDG
 * Base Directory Specification 0.8; a relative path there is to be ignored), in it a folder per version of the engine
 * and in that one per scenario. A changed engine finds nothing of the old one's runs.
 */
import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ENGINE_VERSION } from '../engine-version.js';
import { Journal } from './journal.js';
import { prune } from './prune.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SLUG_LENGTH_MAX = 40;
const HASH_DIGITS = 8;

export function cacheRoot(env: Environment): string {
  const { WIPSIM_CACHE: own, XDG_CACHE_HOME: xdg, HOME: home } = env;
  if (own) return resolve(own);
  if (xdg && isAbsolute(xdg)) return join(xdg, 'wipsim');
  return join(home || homedir(), '.cache', 'wipsim');
}

export const cacheFolder = (env: Environment, engineVersion: string): string =>
  join(cacheRoot(env), engineVersion);

/** Readable, and different for names that differ in characters that a folder cannot have. */
export function scenarioFolder(scenario: string): string {
  const slug = scenario
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH_MAX)
    .replaceAll(/^-|-$/g, '');
  const hash = createHash('sha256').update(scenario, 'utf8').digest('hex').slice(0, HASH_DIGITS);
  return slug === '' ? hash : `${slug}-${hash}`;
}

/** The journal of a scenario's runs in the user's cache, after what nobody has used for long is removed there. */
export async function openCachedJournal(
  env: Environment,
  scenario: string,
  engineVersion = ENGINE_VERSION,
): Promise<Journal> {
  const folder = cacheFolder(env, engineVersion);
  const now = new Date();
  // Reading leaves no trace by itself. Where the folder is not there or not ours, there is nothing to keep alive.
  await utimes(folder, now, now).catch(() => undefined);
  await prune(cacheRoot(env), { engineVersion, nowMs: now.getTime() });
  return Journal.open(join(folder, scenarioFolder(scenario)));
}
