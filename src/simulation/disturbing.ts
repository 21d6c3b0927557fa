/**
 * Disturbances: services that are slower, failing or narrower for a time, nodes that are lost or
 * slow, links that carry less. Those that
 * overlap add up: factors multiply, and a node is back when the last one has let go of it.
 */
import type { StreamFactory } from '../kernel/random/streams.js';
import type { NodeDisturbance, ServiceDisturbance } from '../model/system.js';
import { admitWaiting } from './calls.js';
import { Event } from './event-kinds.js';
import { disturbLinks } from './link-disturbances.js';
import { bringBack, clearNodes, closeNode, slowNodes } from './outages.js';
import type { RunState } from './run-state.js';

export function startDisturbances(run: RunState, streams: StreamFactory): void {
  for (const [index, disturbance] of run.spec.disturbances.entries()) {
    if (disturbance.kind === 'traffic') continue;
    const { onset, forS } = disturbance;
    if (onset.kind === 'every') {
      run.onsets.set(index, streams.stream(`disturbances/${index}`));
      scheduleNext(run, index);
      continue;
    }
    run.events.schedule(onset.atS, Event.disturb, index);
    if (onset.atS + forS < Number.POSITIVE_INFINITY) run.events.schedule(onset.atS + forS, Event.calm, index);
  }
}

/** One that comes again and again begins for the next time. */
function scheduleNext(run: RunState, index: number): void {
  const { onset } = run.spec.disturbances[index]!;
  if (onset.kind !== 'every') return;
  const inS = onset.interval.sample(run.onsets.get(index)!);
  run.background++;
  run.events.schedule(run.nowS + inS, Event.disturb, index);
}

export function onDisturbance(run: RunState, index: number, begins: boolean): void {
  const disturbance = run.spec.disturbances[index]!;
  if (disturbance.onset.kind === 'every') noteRecurring(run, index, begins);
  if (begins) run.disturbed.add(index);
  else run.disturbed.delete(index);
  if (disturbance.kind === 'service') disturbService(run, disturbance);
  else if (disturbance.kind === 'nodes') disturbNodes(run, disturbance, begins);
  else if (disturbance.kind === 'links') disturbLinks(run, disturbance);
}

function noteRecurring(run: RunState, index: number, begins: boolean): void {
  run.background--;
  run.calls.noteIdle();
  if (!begins) {
    scheduleNext(run, index);
    return;
  }
  const { forS } = run.spec.disturbances[index]!;
  if (forS === Number.POSITIVE_INFINITY) return;
  run.background++;
  run.events.schedule(run.nowS + forS, Event.calm, index);
}

function disturbService(run: RunState, { service: affected }: ServiceDisturbance): void {
  const service = run.services[affected]!;
  service.slowdown = 1;
  service.errorFraction = service.spec.errorFraction;
  service.concurrency = service.spec.concurrency;
  // In the order in which they began; the latest word on error fraction and concurrency counts.
  for (const other of run.disturbed) {
    const disturbance = run.spec.disturbances[other]!;
    if (disturbance.kind !== 'service' || disturbance.service !== affected) continue;
    service.slowdown *= disturbance.slowdown;
    service.errorFraction = disturbance.errorFraction ?? service.errorFraction;
    service.concurrency = disturbance.concurrency ?? service.concurrency;
  }
  admitWaiting(run, service);
}

function disturbNodes(run: RunState, { pool, nodes, slowdown }: NodeDisturbance, begins: boolean): void {
  const station = run.pools[pool]!;
  if (slowdown < Number.POSITIVE_INFINITY) {
    slowNodes(run, station, nodes, slowdown, !begins);
  } else if (begins) {
    for (const node of nodes) closeNode(run, station, node);
    clearNodes(run, station, nodes, false, 'node-lost');
  } else {
    bringBack(run, station, nodes, false);
  }
}
