/** Policies (`point/name`) whose examples are still to be written. Empty in anything that is released. */
export const STILL_TO_COME: readonly string[] = [];
