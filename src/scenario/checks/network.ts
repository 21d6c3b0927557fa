/** Data sets, links and what steps ask of them: that they exist, and that they make sense with pools and topology. */
import { linksNamed } from '../../model/network/link-names.js';
import { builtTopology, placeOf } from '../network.js';
import { nodesIn } from '../pool-nodes.js';
import type { PathSegment } from '../problem.js';
import { hasOwnWay } from '../schema/network.js';
import type { StepEntry } from '../schema/workload.js';
import { waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';

export function checkNetwork(context: CheckContext): void {
  const before = context.problems.length;
  checkNeedsNetwork(context);
  checkTopology(context);
  checkDataSets(context);
  checkStorage(context);
  for (const [name, workload] of Object.entries(context.scenario.workloads))
    for (const { key, steps } of waysOf(workload))
      for (const [index, step] of steps.entries())
        checkStep(context, step, index, ['workloads', name, key, index]);
  // The names of links follow from all of the above.
  if (context.problems.length === before) checkLinks(context);
}

/** What is said of a network that is not there would silently do nothing. */
function checkNeedsNetwork(context: CheckContext): void {
  const { network, pools, datasets, disturbances } = context.scenario;
  if (network !== undefined) return;
  const missing = (path: readonly PathSegment[], key: string) =>
    context.problem(path, `\`${key}\` needs a \`network\` in the scenario`, { key: true });
  for (const [name, pool] of Object.entries(pools))
    for (const key of ['cache', 'nvlink', 'nic'] as const)
      if (pool[key] !== undefined) missing(['pools', name, key], key);
  for (const [name, { checkpoint }] of Object.entries(pools))
    if (checkpoint?.size !== undefined) missing(['pools', name, 'checkpoint', 'size'], 'size');
  if (Object.keys(datasets).length > 0) missing(['datasets'], 'datasets');
  for (const [index, disturbance] of disturbances.entries())
    if (disturbance.link !== undefined) missing(['disturbances', index, 'link'], 'link');
}

function checkTopology(context: CheckContext): void {
  const { network, pools } = context.scenario;
  if (network === undefined) return;
  const nodes = Object.values(pools).reduce((sum, pool) => sum + nodesIn(pool), 0);
  if (network.topology === 'single-node' && nodes !== 1)
    context.problem(
      ['network', 'topology'],
      `topology single-node is for one node, but the pools have ${nodes}: choose rack or rack-spine`,
    );
  for (const [name, { nodesPerRack, nic }] of Object.entries(pools)) {
    if (network.topology === 'single-node' && nic !== undefined)
      context.problem(['pools', name, 'nic'], 'a single node has nobody to send to', { key: true });
    if (network.nodesPerRack === undefined || nodesPerRack === undefined) continue;
    if (nodesPerRack !== network.nodesPerRack)
      context.problem(
        ['pools', name, 'nodesPerRack'],
        `the network has ${network.nodesPerRack} nodes in a rack, the pool ${nodesPerRack}: leave it out here`,
      );
  }
}

/** What is saved goes to the storage. */
function checkStorage(context: CheckContext): void {
  const { network, pools } = context.scenario;
  if (network === undefined || network.storage !== undefined) return;
  for (const [name, { checkpoint }] of Object.entries(pools))
    if (checkpoint?.size !== undefined)
      context.problem(
        ['pools', name, 'checkpoint', 'size'],
        'checkpoints go to the storage, but the network has no `storage`',
        { key: true },
      );
}

function checkDataSets(context: CheckContext): void {
  const { network, pools, datasets } = context.scenario;
  for (const [name, { replicas }] of Object.entries(datasets))
    for (const [index, replica] of replicas.entries()) {
      const isList = context.document.node(['datasets', name, 'replicas'])?.kind === 'list';
      const path = ['datasets', name, 'replicas', ...(isList ? [index] : [])];
      if (replica === 'storage') {
        if (network !== undefined && network.storage === undefined)
          context.problem(
            context.document.node(path) === undefined ? ['datasets', name] : path,
            `data set \`${name}\` lies in the storage, but the network has no \`storage\``,
          );
        continue;
      }
      const place = placeOf(replica);
      if (place === null) {
        context.problem(path, `unknown place \`${replica}\``, {
          expected: '`storage`, or a node as POOL/NUMBER, for example gpus/0',
        });
        continue;
      }
      if (!context.knows('pool', place.pool, Object.keys(pools), path)) continue;
      const nodes = nodesIn(pools[place.pool]!);
      if (place.node >= nodes)
        context.problem(
          path,
          `pool \`${place.pool}\` has no node ${place.node}: its nodes are 0 to ${nodes - 1}`,
        );
    }
}

const STEP_KEYS = ['data', 'transfer', 'communication'] as const;

function checkStep(
  context: CheckContext,
  step: StepEntry,
  index: number,
  path: readonly PathSegment[],
): void {
  const { network, stages, pools, datasets } = context.scenario;
  const given = STEP_KEYS.filter((key) => step[key] !== undefined);
  if (given.length === 0) return;
  const stage = step.stage === undefined ? undefined : stages[step.stage];
  for (const key of given) {
    // What has a way of its own needs no network.
    if (key === 'transfer' && hasOwnWay(step.transfer!)) continue;
    if (network === undefined)
      context.problem([...path, key], `\`${key}\` needs a \`network\` in the scenario`, { key: true });
    if (stage?.service !== undefined)
      context.problem([...path, key], `stage \`${step.stage}\` is a service’s, which has no ${key}`, {
        key: true,
      });
  }
  for (const [at, { dataset }] of (step.data ?? []).entries()) {
    const isList = context.document.node([...path, 'data'])?.kind === 'list';
    const entry = [...path, 'data', ...(isList ? [at] : [])];
    const isMap = context.document.node(entry)?.kind === 'map';
    context.knows('data set', dataset, Object.keys(datasets), isMap ? [...entry, 'dataset'] : entry);
  }
  if (step.transfer !== undefined && index === 0)
    context.problem([...path, 'transfer'], 'the first step has nothing to bring along from another', {
      key: true,
    });
  const pool = stage?.pool === undefined ? undefined : pools[stage.pool];
  if (network === undefined || pool === undefined || step.communication === undefined) return;
  if (pool.mode !== 'exclusive')
    context.problem(
      [...path, 'communication'],
      `pool \`${stage!.pool}\` is in mode ${pool.mode}, which has no gangs that could communicate`,
      { key: true },
    );
  else if (network.nvlink === undefined && pool.nvlink === undefined)
    context.problem(
      [...path, 'communication'],
      '`communication` is a part of the time within one node: give the network its `nvlink`',
      { key: true },
    );
}

function checkLinks(context: CheckContext): void {
  const { disturbances } = context.scenario;
  if (disturbances.every(({ link }) => link === undefined)) return;
  const topology = builtTopology(context.scenario)!;
  for (const [index, { link }] of disturbances.entries()) {
    if (link === undefined || linksNamed(topology, link).length > 0) continue;
    if (link.includes('*'))
      context.problem(['disturbances', index, 'link'], `no link is called like \`${link}\``);
    else
      context.knows(
        'link',
        link,
        topology.links.map(({ name }) => name),
        ['disturbances', index, 'link'],
      );
  }
}
