/** What `wipsim plan` is asked, from its options: which pools between which bounds, which controls over which values. */
import { metricOf } from '../experiment/metrics.js';
import { documentOf, type PoolRange, planPools } from '../experiment/plan/fleet-space.js';
import type { PlanSpec } from '../experiment/plan/plan.js';
import { DEFAULT_RULE } from '../experiment/plan/plan.js';
import type { PlanControl } from '../experiment/plan/settings.js';
import type { Setup, SetupLoader } from '../experiment/run-source.js';
import { BASE_POLICY, readFactorAt } from '../experiment/sweep/factor.js';
import { formText, readWrittenNumber } from '../experiment/sweep/written-number.js';
import { findPath } from '../scenario/find-path.js';
import { readPath } from '../scenario/override.js';
import { printable, ScenarioError } from '../scenario/problem.js';
import { nearest } from '../scenario/suggest.js';
import { CommandError } from './command-error.js';

export interface PlanOptions {
  readonly nodes: readonly string[];
  readonly tune: readonly string[];
  readonly minimise?: string;
  readonly maximise?: string;
  readonly confidence?: number;
  /** A month. */
  readonly growth?: number;
  readonly months?: number;
  readonly spares?: number;
  readonly load?: number;
  readonly maxReplications?: number;
}

/** For `--nodes`: the fleet stays as it is. */
export const AS_WRITTEN = 'as-written';
/** The variants, as a control. */
const POLICY = 'policy';
const MONTHS_DEFAULT = 36;
/** Without values a control is tried at so many times what the scenario says. */
const TUNE_FACTORS = [0.25, 0.5, 1, 2, 4];

export async function planSpec(base: Setup, options: PlanOptions, loader: SetupLoader): Promise<PlanSpec> {
  const { growth, months, spares, load, confidence, maxReplications } = options;
  if (
    base.compiled.slos.length === 0 &&
    (options.tune.length === 0 || (options.minimise ?? options.maximise) === undefined)
  )
    throw new CommandError(
      'the scenario has no SLOs to plan for: add some, or compare values by a metric, for example --tune policy --minimise total.latency_s.p99',
    );
  const pools = poolRanges(base, options);
  const controls: PlanControl[] = [];
  const isAnyPolicy = options.tune.some((text) => /^policy(=|$)/.test(text));
  for (const text of options.tune) {
    const control = await controlOf(base, text, isAnyPolicy, loader);
    if (controls.some(({ path }) => path === control.path))
      throw new CommandError(`--tune: ${control.path} stands twice`);
    controls.push(control);
  }
  if (months !== undefined && growth === undefined)
    throw new CommandError('--months needs --growth, for example --growth 8%/month');
  const max = maxReplications ?? DEFAULT_RULE.maxReplications;
  return {
    pools,
    controls,
    tunes: controls.length > 0,
    objective: objectiveOf(base, options),
    rule: {
      confidence: confidence ?? DEFAULT_RULE.confidence,
      firstReplications: Math.min(DEFAULT_RULE.firstReplications, max),
      maxReplications: max,
    },
    spares,
    load,
    growth: growth === undefined ? undefined : { ratePerMonth: growth, months: months ?? MONTHS_DEFAULT },
  };
}

function objectiveOf({ compiled }: Setup, { minimise, maximise, tune }: PlanOptions): PlanSpec['objective'] {
  const metric = minimise ?? maximise;
  if (metric === undefined) return undefined;
  if (minimise !== undefined && maximise !== undefined)
    throw new CommandError('--minimise and --maximise do not go together: values are compared by one metric');
  const goal = minimise === undefined ? 'maximise' : 'minimise';
  if (tune.length === 0)
    throw new CommandError(
      `--${goal}: it is values of --tune that are compared by a metric; name one to choose`,
    );
  const found = metricOf(compiled, metric);
  if ('keys' in found) return { metric, goal };
  const { message, suggestion } = found;
  const hint = suggestion === undefined ? '' : `: did you mean ${suggestion}?`;
  throw new CommandError(`--${goal} ${printable(metric)}: ${message}${hint}`);
}

/** Undefined: all pools that may be planned. Without SLOs the least fleet would always do, so it stays as written. */
function poolRanges(base: Setup, { nodes, tune }: PlanOptions): PoolRange[] | undefined {
  const { slos } = base.compiled;
  if (nodes.includes(AS_WRITTEN)) {
    if (nodes.length > 1) throw new CommandError(`--nodes ${AS_WRITTEN} stands alone`);
    if (tune.length === 0)
      throw new CommandError(`--nodes ${AS_WRITTEN} leaves nothing to choose: name a control with --tune`);
    return [];
  }
  if (slos.length === 0) {
    if (nodes.length > 0)
      throw new CommandError(
        '--nodes needs SLOs to plan for: the scenario has none, so the least fleet would do',
      );
    return [];
  }
  if (nodes.length === 0) return undefined;
  const known = planPools(base, null);
  const ranges = nodes.map((text): PoolRange => {
    const { name, low, high } =
      /^(?:(?<name>.+)=)?\s*(?<low>\d+)(?:\.\.(?<high>\d+))?\s*$/.exec(text)?.groups ?? {};
    if (low === undefined)
      throw new CommandError(
        `--nodes ${printable(text)}: expected bounds such as gpus=2..16, or 2..16 where there is one pool`,
      );
    const [min, max] = [Number(low), Number(high ?? low)];
    if (max < min)
      throw new CommandError(
        `--nodes ${printable(text)}: the bounds are the wrong way round, did you mean ${max}..${min}?`,
      );
    return { name: poolName(base, name, known), min, max };
  });
  const twice = ranges.find(({ name }, index) => ranges.findIndex((one) => one.name === name) !== index);
  if (twice !== undefined) throw new CommandError(`--nodes: ${twice.name} stands twice`);
  return ranges;
}

/** `gpus`, `gpus.h100`, `gpus.nodes` or `pools.gpus.nodes`: as the plan calls the pool, if it is one. */
function poolName(base: Setup, text: string | undefined, known: ReturnType<typeof planPools>): string {
  if (text === undefined) {
    if (known.length === 1) return known[0]!.name;
    throw new CommandError(
      `--nodes: there are ${known.length} pools to plan: write for example --nodes ${known[0]?.name ?? 'gpus'}=2..16`,
    );
  }
  const find = (wanted: string) => known.find(({ name, path }) => name === wanted || path === wanted)?.name;
  const named = find(text);
  if (named !== undefined) return named;
  try {
    const { variant } = base.ref;
    return find(findPath(documentOf(base), text, { variant })) ?? text;
  } catch (error) {
    // What pools there are says more than what paths there are.
    if (error instanceof ScenarioError) return text;
    throw error;
  }
}

async function controlOf(
  base: Setup,
  text: string,
  isAnyPolicy: boolean,
  loader: SetupLoader,
): Promise<PlanControl> {
  const option = `--tune ${printable(text)}`;
  const place = { file: option, line: null, column: null };
  const { end } = readPath(text, place);
  const {
    path: written,
    what,
    levels,
  } = end === text.length ? { path: text, what: wordOf(text), levels: undefined } : readFactorAt(text, place);
  if (what === 'seed') throw new CommandError(`${option}: a seed is no control, but chance`);
  if (what === 'policy')
    return {
      path: 'policy',
      values: policies(
        base,
        option,
        levels?.map(({ text: name }) => name),
      ),
    };
  const path = pathOf(base, written, option, isAnyPolicy);
  if (levels === undefined) return { path, values: await around(base, path, option, loader) };
  if (levels === null)
    throw new CommandError(
      `${option}: a range that is not of whole numbers needs \`points 5\` or a step behind it`,
    );
  return { path, values: levels.map((level) => level.text) };
}

const wordOf = (text: string): 'policy' | 'seed' | 'setting' =>
  text === 'policy' || text === 'seed' ? text : 'setting';

function policies(base: Setup, option: string, names: readonly string[] | undefined): readonly string[] {
  const all = [BASE_POLICY, ...base.compiled.variants];
  if (base.ref.variant !== null)
    throw new CommandError(
      `${option}: --policy ${base.ref.variant} has chosen already: leave one of the two out`,
    );
  if (all.length === 1) throw new CommandError(`${option}: the scenario has no variants to choose from`);
  for (const name of names ?? [])
    if (!all.includes(name)) {
      const near = nearest(name, all);
      throw new CommandError(
        `${option}: there is no variant ${printable(name)}: ${near === undefined ? `expected ${all.join(', ')}` : `did you mean ${near}?`}`,
      );
    }
  return names ?? all;
}

function pathOf(base: Setup, text: string, option: string, isAnyPolicy: boolean): string {
  try {
    return findPath(documentOf(base), text, isAnyPolicy ? {} : { variant: base.ref.variant });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const near = nearest(text, [POLICY]);
    throw new ScenarioError(
      error.problems.map((problem) => ({
        ...problem,
        file: option,
        ...(near === undefined ? {} : { suggestion: near }),
      })),
    );
  }
}

/** A quarter to four times what the scenario says, as far as it allows that. */
async function around(
  base: Setup,
  path: string,
  option: string,
  loader: SetupLoader,
): Promise<readonly string[]> {
  const { path: segments } = readPath(path, { file: option, line: null, column: null });
  const node = documentOf(base).node(segments);
  const now =
    node?.kind === 'scalar' && node.value !== null ? readWrittenNumber(String(node.value)) : undefined;
  if (now === undefined || !(now.number > 0))
    throw new CommandError(
      `${option}: the scenario says no number above 0 there to try values around: name them, for example --tune ${path}=1,2,4`,
    );
  const texts = new Set(
    TUNE_FACTORS.map((factor) => {
      const number = now.number * factor;
      return formText(
        now.isWhole && now.suffix === '' ? Math.max(1, Math.round(number)) : Number(number.toPrecision(6)),
        now,
      );
    }),
  );
  const allowed: string[] = [];
  for (const text of texts) if (await isAllowed(base, `${path}=${text}`, loader)) allowed.push(text);
  if (allowed.length < 2)
    throw new CommandError(
      `${option}: the scenario allows none but ${allowed.join(', ')} there: name values with ${path}=...`,
    );
  return allowed;
}

async function isAllowed(base: Setup, assignment: string, loader: SetupLoader): Promise<boolean> {
  try {
    await loader({ ...base.ref, set: [...base.ref.set, assignment] });
    return true;
  } catch (error) {
    if (error instanceof ScenarioError) return false;
    throw error;
  }
}
