/** Disturbances of services: slower, failing or narrower for a time. Those that overlap add up: factors multiply. */
import { admitWaiting } from './calls.js';
import { Event } from './event-kinds.js';
import type { RunState } from './run-state.js';

export function startDisturbances(run: RunState): void {
  for (const [index, { atS, forS }] of run.spec.disturbances.entries()) {
    run.events.schedule(atS, Event.disturb, index);
    if (atS + forS < Number.POSITIVE_INFINITY) run.events.schedule(atS + forS, Event.calm, index);
  }
}

export function onDisturbance(run: RunState, index: number, begins: boolean): void {
  if (begins) run.disturbed.add(index);
  else run.disturbed.delete(index);
  const { service: affected } = run.spec.disturbances[index]!;
  const service = run.services[affected]!;
  service.slowdown = 1;
  service.errorFraction = service.spec.errorFraction;
  service.concurrency = service.spec.concurrency;
  // In the order in which they began; the latest word on error fraction and concurrency counts.
  for (const other of run.disturbed) {
    const disturbance = run.spec.disturbances[other]!;
    if (disturbance.service !== affected) continue;
    service.slowdown *= disturbance.slowdown;
    service.errorFraction = disturbance.errorFraction ?? service.errorFraction;
    service.concurrency = disturbance.concurrency ?? service.concurrency;
  }
  admitWaiting(run, service);
}
