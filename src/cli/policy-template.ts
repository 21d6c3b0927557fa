/** What `wipsim init policy` writes: a policy that works, commented as something to change, and its test. */

export interface PolicyTemplate {
  /** In kebab case. */
  readonly name: string;
  /** Base name of the policy's file. */
  readonly file: string;
  /** Whether types are written; else it is plain JavaScript. */
  readonly typed: boolean;
  /** URL of the library that the test falls back to. */
  readonly libraryUrl: string;
}

export const policyText = ({ name, file, typed }: PolicyTemplate): string => {
  const type = (text: string): string => (typed ? text : '');
  return `/**
 * A policy of my own. In a scenario, relative to the scenario's file:
 *
 *   policies:
 *     admission:
 *       - {policy: ./${file}, queueAbove: 30, keepPriority: 1}
 *
 * This file is code and runs with your rights. It must give the same answers in every run: no Math.random, no Date,
 * nothing from outside. Time comes as \`nowS\`; random numbers come from the runtime, the third argument of \`create\`:
 * \`runtime.random('my-purpose').of(task).next()\`. Math.sqrt and rounding are exact everywhere; for logarithms and
 * powers take the kit's \`math\`.
 */
${type(`// Types for the editor; nothing is imported when the file runs.
import type { AdmissionPolicy, PolicyKit } from 'wipsim';

`)}export default ({ definePolicy, z, units, ADMIT, REFUSE }${type(': PolicyKit')}) =>
  definePolicy({
    // Where it stands under \`policies:\`; \`wipsim policies\` lists the points.
    point: 'admission',
    name: '${name}',
    summary: 'Refuses tasks of low priority while many tasks wait.',
    source: 'Own work.',
    helps: 'Under overload: the important tasks keep a short queue.',
    hurts: 'Where everything is equally important, or the queue is long for a moment only.',

    // Checked like those of any policy: a mistake in the scenario is told with its line.
    parameters: z.strictObject({
      queueAbove: units.count(0).default(20).describe('Tasks waiting at the first stage above which it refuses.'),
      keepPriority: z.number().default(1).describe('Tasks of at least this priority are always let in.'),
      retryAfter: units.durationS().default(10).describe('What a refused client is told to wait.'),
    }),

    // Made anew for every run, so state belongs in here. \`view\` shows the system and its tasks, read-only.
    create: ({ queueAbove, keepPriority, retryAfter }, view)${type(': AdmissionPolicy')} => {
      const { tasks } = view;
      let refused = 0;
      let waiting = 0;
      let reason = '';
      return {
        retryAfterS: retryAfter,

        // Gets (task, nowS). ADMIT, REFUSE, or a number above 0: seconds to wait before the task goes on.
        decide(task) {
          waiting = view.queueLength(view.entryStage(tasks.workload(task)));
          if (waiting <= queueAbove) reason = 'short-queue';
          else reason = tasks.priority(task) >= keepPriority ? 'important' : 'long-queue';
          if (reason !== 'long-queue') return ADMIT;
          refused += 1;
          return REFUSE;
        },

        // Optional. Why the last answer was what it was, for \`wipsim run --record\` and \`wipsim explain\`.
        why: () => ({ reason, numbers: { waiting } }),

        // Optional. Figures of the policy's own for the result, counted from the end of the warm-up.
        measures: () => ({ refused }),
        beginMeasuring: () => {
          refused = 0;
        },
      };
    },
  });
`;
};

export const policyTestText = ({ name, file, libraryUrl }: PolicyTemplate): string =>
  `// Run it with: node --test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// The library where it is installed beside this file (npm install --save-dev wipsim), else the copy that wrote this.
const { compileObject, loadPolicy, POLICY_KIT, simulateRun } = await import('wipsim').catch(
  () => import('${libraryUrl}'),
);

const { ADMIT, REFUSE } = POLICY_KIT;
const policy = await loadPolicy(fileURLToPath(new URL('./${file}', import.meta.url)));

test('${name} refuses a task of low priority only where the queue is long', () => {
  // Of the system only what the policy looks at.
  const decide = (waiting, priority) => {
    const tasks = { workload: () => 0, priority: () => priority };
    const view = { tasks, entryStage: () => 0, queueLength: () => waiting };
    const parameters = policy.parameters.parse({ queueAbove: 3 });
    return policy.create(parameters, view, { nowS: () => 0 }).decide(0, 0);
  };
  assert.equal(decide(3, 0), ADMIT);
  assert.equal(decide(4, 0), REFUSE);
  assert.equal(decide(4, 1), ADMIT);
});

test('${name} in a run: it refuses under overload, never the important, and the same again', () => {
  const work = [{ stage: 'model', work: '10s' }];
  const scenario = {
    version: 1,
    name: 'overload',
    run: { duration: '1h' },
    pools: { gpus: {} },
    stages: { model: { pool: 'gpus' } },
    workloads: {
      users: { priority: 1, arrival: { process: 'poisson', rate: '2/min' }, workflow: work },
      crawler: { priority: 0, arrival: { process: 'poisson', rate: '12/min' }, workflow: work },
    },
    policies: { admission: { policy: './${file}', queueAbove: 5 } },
  };
  const { system, policies } = compileObject(scenario, { userPolicies: new Map([['./${file}', policy]]) });
  const run = () => simulateRun(system, policies, 'seed', { warmupS: 0 }).measures;
  const { workloads } = run();
  assert.ok(workloads.crawler.rejected > 0);
  assert.equal(workloads.users.rejected, 0);
  assert.deepEqual(run().workloads, workloads);
});
`;
