/**
 * A connection to Redis that is expected to break: while it is away commands wait, attempts to reconnect back off to
 * two seconds, the user is told once that it is gone and once that it is back, and after a time given up on.
 */
import { Redis, type RedisOptions } from 'ioredis';

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2000;
/** A blink is nobody's business. */
const TELL_AFTER_MS = 1000;
/**
 * A peer that vanished without a word (a machine switched off, a forgetful router) looks like an idle connection: who
 * does not answer from one of these to the next is gone.
 */
const PING_MS = 15_000;
/** Waiting does not mend these. */
const HOPELESS = /\b(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|invalid username|DB index is out of range/i;

export interface LinkOptions {
  /** `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://` with TLS, or `unix:PATH`. */
  readonly url: string;
  /** How long the connection may be away before it is given up; from the beginning too. */
  readonly timeoutS: number;
  readonly tell: (message: string) => void;
}

/** Redis cannot be used: it refuses, or it was away for too long. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** The address of Redis cannot be read: nothing has been tried. */
export class RedisAddressError extends Error {
  override readonly name = 'RedisAddressError';
}

export class RedisLink {
  readonly client: Redis;
  /** Without a password, for messages. */
  readonly place: string;
  private readonly listeners: { ready: (() => void)[]; givenUp: ((error: RedisUnavailable) => void)[] } = {
    ready: [],
    givenUp: [],
  };
  private givenUp: RedisUnavailable | null = null;
  private closed = false;
  private lastError = '';
  private away: { readonly sinceMs: number; told: boolean } | null = null;
  private timers: NodeJS.Timeout[] = [];
  private readonly pings: NodeJS.Timeout;
  private unanswered = false;

  /** Throws `RedisAddressError`; connects at once. */
  constructor(private readonly options: LinkOptions) {
    const { settings, place } = readAddress(options.url);
    this.place = place;
    this.client = new Redis({
      ...settings,
      // Commands wait for the connection: how long is decided here and nowhere else.
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(times, 10)),
      keepAlive: 10_000,
    });
    this.goAway();
    this.pings = setInterval(() => this.ping(), PING_MS);
    this.client.on('ready', () => this.comeBack());
    this.client.on('close', () => this.goAway());
    this.client.on('error', (error: Error) => this.note(error));
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** Resolves when the connection stands for the first time; rejects when it is given up. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.givenUp !== null) return reject(this.givenUp);
      if (this.isReady) return resolve();
      this.onReady(resolve);
      this.onGivenUp(reject);
    });
  }

  /** Called whenever the connection comes to stand. */
  onReady(listener: () => void): void {
    this.listeners.ready.push(listener);
  }

  onGivenUp(listener: (error: RedisUnavailable) => void): void {
    if (this.givenUp !== null) listener(this.givenUp);
    else this.listeners.givenUp.push(listener);
  }

  /** For errors of connections that were made from this one: the same server, so the same cause. */
  note(error: Error): void {
    this.lastError = error.message === '' ? String((error as NodeJS.ErrnoException).code) : error.message;
    if (HOPELESS.test(this.lastError))
      this.giveUp(new RedisUnavailable(`Redis at ${this.place} refuses: ${this.lastError}`));
  }

  close(): void {
    this.closed = true;
    this.clearTimers();
    clearInterval(this.pings);
    this.client.disconnect();
  }

  private ping(): void {
    if (!this.isReady) return;
    if (this.unanswered) {
      this.lastError = 'it does not answer';
      this.unanswered = false;
      this.client.disconnect(true);
      return;
    }
    this.unanswered = true;
    const answered = (): void => {
      this.unanswered = false;
    };
    this.client.ping().then(answered, answered);
  }

  private comeBack(): void {
    this.unanswered = false;
    const { away } = this;
    this.away = null;
    this.clearTimers();
    if (away?.told === true)
      this.options.tell(
        `Redis at ${this.place} is there again, after ${Math.round((Date.now() - away.sinceMs) / 1000)} s`,
      );
    for (const listener of [...this.listeners.ready]) listener();
  }

  private goAway(): void {
    if (this.away !== null || this.closed || this.givenUp !== null) return;
    const away = { sinceMs: Date.now(), told: false };
    this.away = away;
    const { timeoutS, tell } = this.options;
    this.timers = [
      setTimeout(() => {
        away.told = true;
        tell(
          `no connection to Redis at ${this.place}${this.because()}; waiting for it, ${timeoutS} s at most`,
        );
      }, TELL_AFTER_MS),
      setTimeout(
        () =>
          this.giveUp(
            new RedisUnavailable(
              `no connection to Redis at ${this.place} for ${timeoutS} s${this.because()}; --redis-timeout says how long to wait`,
            ),
          ),
        timeoutS * 1000,
      ),
    ];
  }

  private because(): string {
    return this.lastError === '' ? '' : ` (${this.lastError})`;
  }

  private giveUp(error: RedisUnavailable): void {
    if (this.closed || this.givenUp !== null) return;
    this.givenUp = error;
    this.close();
    for (const listener of this.listeners.givenUp) listener(error);
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
  }
}

/** Throws `RedisAddressError`. */
export function readAddress(address: string): { settings: RedisOptions; place: string } {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '') throw unreadable(address);
    return { settings: { path }, place: `unix:${path}` };
  }
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw unreadable(address);
  }
  const { protocol, hostname, port, username, password, pathname } = url;
  const database = /^\/?(\d*)$/.exec(pathname);
  if (!['redis:', 'rediss:'].includes(protocol) || hostname === '' || database === null)
    throw unreadable(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  const portNumber = port === '' ? 6379 : Number(port);
  return {
    settings: {
      host,
      port: portNumber,
      db: Number(database[1]),
      // Names are looked up in both families: many clusters are IPv6 only.
      family: 0,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    },
    place: `${hostname}:${portNumber}${database[1] === '' ? '' : `/${database[1]}`}`,
  };
}

function unreadable(address: string): RedisAddressError {
  const shown = address.replace(/\/\/[^@/]*@/, '//…@');
  return new RedisAddressError(
    `cannot read the address of Redis "${shown}"; expected redis://HOST:PORT, rediss://HOST:PORT or unix:PATH`,
  );
}
