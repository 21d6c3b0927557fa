/** A profile as JSON: names in the style of the result document, a serving profile's parts by name. */
import { kvBytesPerToken } from '../scenario/profiles/models.js';
import type { AnyProfile } from '../scenario/profiles/registry.js';

export function profileJson(one: AnyProfile): unknown {
  switch (one.kind) {
    case 'hardware':
      return { kind: one.kind, ...renamed(one.profile) };
    case 'model':
      return {
        kind: one.kind,
        ...renamed({ ...one.profile, kvBytesPerToken: kvBytesPerToken(one.profile.attention) }),
      };
    case 'serving': {
      const { name, kind, model, hardware, ...rest } = one.profile;
      return {
        kind: one.kind,
        ...renamed({ name, method: kind, model: model.name, hardware: hardware.name, ...rest }),
      };
    }
  }
}

/** `perKvTokenS` to `per_kv_token_s`. */
const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function renamed(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [snake(key), renamedValue(one)]),
  );
}

function renamedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamedValue);
  return typeof value === 'object' && value !== null ? renamed(value) : value;
}
