/** The commands, their arguments and options: what `--help` shows. What they do is loaded when they are called. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../execution/package-root.js';
import { parseShard, type Shard } from '../execution/shard/part.js';
import { CommandError } from './command-error.js';
import type { ExitCode } from './exit-code.js';

const REPLICATIONS_MAX = 10_000;
/** As `experiment/sweep` has them; not imported, so that `--help` answers at once. */
const DESIGN_KINDS = ['grid', 'random', 'latin-hypercube', 'sobol'];
const WORKERS_MAX = 1024;

/** Part of the contract, but of a later version. */
const NOT_YET = ['report', 'fit', 'import'];

function replications(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > REPLICATIONS_MAX)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${REPLICATIONS_MAX}`);
  return count;
}

function workers(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > WORKERS_MAX)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${WORKERS_MAX}`);
  return count;
}

function shard(text: string): Shard {
  const part = parseShard(text);
  if (part === undefined) throw new InvalidArgumentError('expected PART/PARTS, for example 2/8');
  return part;
}

function points(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1');
  return count;
}

/** `0.05` or `5%`. */
function share(text: string): number {
  const [, digits, percent] = /^(\d*\.?\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits) / (percent === '%' ? 100 : 1);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError('expected a share below 1, for example 5% or 0.05');
  return value;
}

/** Of a statement: less than an even chance is none. */
function confidence(text: string): number {
  const value = share(text);
  if (value < 0.5) throw new InvalidArgumentError('expected a share from 50% to below 100%');
  return value;
}

/** `8%/month`, `8%` or `0.08`, a month. */
function growth(text: string): number {
  const [, digits, percent] = /^(\d*\.?\d+)(%?)(?:\/month)?$/.exec(text) ?? [];
  const value = Number(digits) / (percent === '%' ? 100 : 1);
  if (!(value > 0 && value <= 1))
    throw new InvalidArgumentError('expected growth a month of at most 100%, for example 8%/month');
  return value;
}

const wholeFrom =
  (least: number, most: number) =>
  (text: string): number => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < least || count > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
    return count;
  };

function load(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0 && value <= 1000))
    throw new InvalidArgumentError('expected how many times the load, above 0 and at most 1000');
  return value;
}

function seed(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a number or text');
  return text;
}

const another = (value: string, values: readonly string[]): string[] => [...values, value];

/** `onExit` is told each command's exit status. */
export function createProgram(onExit: (code: ExitCode) => void): Command {
  const program = new Command('wipsim')
    .description('Seeded discrete-event simulator and capacity planner for GPU fleets and LLM-agent systems.')
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nStart with: wipsim init quick-start > scenario.yaml && wipsim run scenario.yaml\nExit status: 0 fine, 1 internal error, 2 usage or invalid scenario, 3 SLOs missed, 130 interrupted.',
    );

  const scenarioOptions = (command: Command): Command =>
    command
      .option('--policy <variant>', 'use the policies of this variant of the scenario')
      .option('--set <path=value>', 'replace one value of the scenario; may be repeated', another, []);

  /** Who runs an experiment, and what of it is kept. */
  const runsOptions = (command: Command): Command =>
    command
      .option('--workers <count>', 'worker threads; by default one a core', workers)
      .option('--no-cache', 'run what was run before again, and keep nothing for later')
      .addOption(
        new Option('--engine <engine>', 'threads of this machine, or workers that take runs from a queue')
          .choices(['threads', 'bullmq'])
          .default('threads'),
      )
      .option('--redis <url>', 'with --engine bullmq: where the queue is; by default WIPSIM_REDIS')
      .option('--redis-timeout <duration>', 'how long Redis may be away; by default 10m')
      .option('--shard <i/n>', 'with --out: only part i of n of the runs, for merge', shard)
      .addOption(new Option('--parts <folders...>').hideHelp())
      .hook('preAction', (self) => void self.setOptionValue('commandLine', program.args));

  runsOptions(scenarioOptions(program.command('run')))
    .description('Simulate a scenario; tell its latency, starvation, utilisation and cost, with intervals.')
    .argument('<file>', 'scenario in YAML or JSON; - reads standard input')
    .option('--seed <seed>', 'where the random numbers start, instead of run.seed', seed)
    .option('--replications <count>', 'independent repetitions, instead of run.replications', replications)
    .option('--out <folder>', 'write result.json and report.html there')
    .option('--record', 'with --out: write every decision of the first replication there, for explain')
    .option('--json', 'write the result document to standard output')
    .option('--quiet', 'no progress, no summary, no messages but errors')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (file, options) => onExit(await (await import('./commands/run.js')).run(file, options)));

  runsOptions(program.command('compare'))
    .description(
      'Hold policy variants of a scenario, or several scenarios, side by side: who is better, beyond chance.',
    )
    .argument('<files...>', 'one scenario, whose variants are compared, or several; - reads standard input')
    .option('--policy <variant>', 'with one file: a variant to compare, or base; repeat it', another, [])
    .option('--set <path=value>', 'replace one value in all of them; may be repeated', another, [])
    .option('--baseline <name>', 'what the others are held against, instead of the first')
    .option(
      '--metric <path>',
      'a measure to compare, instead of the usual ones; may be repeated',
      another,
      [],
    )
    .option('--seed <seed>', 'where the random numbers start, instead of run.seed', seed)
    .option('--replications <count>', 'exactly so many of each; by default until it is decided', replications)
    .option(
      '--max-replications <count>',
      'at most so many of each; by default 8 times run.replications',
      replications,
    )
    .option('--confidence <share>', 'for all findings together; by default 95%', confidence)
    .option('--indifference <share>', 'a smaller difference does not matter; by default 1%', share)
    .option('--out <folder>', 'write result.json and report.html there')
    .option('--json', 'write the comparison document to standard output')
    .option('--quiet', 'no progress, no summary, no messages but errors')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (files, options) =>
      onExit(await (await import('./commands/compare.js')).compare(files, options)),
    );

  runsOptions(scenarioOptions(program.command('sweep')))
    .description('Run a scenario at many points: what its results depend on, with charts and a ranking.')
    .argument('<file>', 'scenario, or a sweep: a file that names a scenario and what to vary')
    .option('--vary <path=values>', 'nodes=2..16, rate=1/s..9/s points 5, policy=a,b; repeat it', another, [])
    .addOption(new Option('--design <kind>', 'every combination, or points drawn').choices(DESIGN_KINDS))
    .option('--points <count>', 'of a design that draws', points)
    .option('--metric <path>', 'a measure to follow, instead of the usual ones; may be repeated', another, [])
    .option('--seed <seed>', 'where the random numbers start, instead of run.seed', seed)
    .option('--replications <count>', 'at each point, instead of run.replications', replications)
    .option('--out <folder>', 'write result.json, report.html and tables as Parquet and CSV there')
    .option('--json', 'write the sweep document to standard output')
    .option('--quiet', 'no progress, no summary, no messages but errors')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (file, options) =>
      onExit(await (await import('./commands/sweep.js')).sweep(file, options)),
    );

  runsOptions(scenarioOptions(program.command('plan')))
    .description(
      'Find the cheapest fleet, and the best settings, that meet every SLO; tell why not less, and how long.',
    )
    .argument('<file>', 'scenario in YAML or JSON; - reads standard input')
    .option(
      '--nodes <pool=range>',
      'choose this pool alone, for example gpus=2..16; by default all, up to 4 times what there is; may be repeated',
      another,
      [],
    )
    .option(
      '--tune <path=values>',
      'choose this value too, for example wip.limit=4,8,16 or policy=base,lifo; may be repeated',
      another,
      [],
    )
    .option('--minimise <metric>', 'with --tune: what values are compared by; by default the p99 latency')
    .option('--maximise <metric>', 'with --tune: the same, and more of it is better')
    .option('--confidence <share>', 'that every SLO is met; by default 95%', confidence)
    .option('--load <factor>', 'plan for so many times the load', load)
    .option('--spares <nodes>', 'it must do with so many nodes fewer in any one pool', wholeFrom(0, 1000))
    .option(
      '--growth <share>',
      'of the load, a month: when does each pool run out? for example 8%/month',
      growth,
    )
    .option('--months <count>', 'with --growth: how far to look; by default 36', wholeFrom(1, 600))
    .option('--seed <seed>', 'where the random numbers start, instead of run.seed', seed)
    .option(
      '--max-replications <count>',
      'at most so many to decide on a fleet; by default 64',
      wholeFrom(2, REPLICATIONS_MAX),
    )
    .option('--out <folder>', 'write result.json and report.html there')
    .option('--json', 'write the plan document to standard output')
    .option('--quiet', 'no progress, no summary, no messages but errors')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (file, options) => onExit(await (await import('./commands/plan.js')).plan(file, options)));

  scenarioOptions(program.command('validate'))
    .description('Check a scenario and the traces it replays, without running it.')
    .argument('<file>', 'scenario in YAML or JSON; - reads standard input')
    .option('--json', 'write {ok, problems} to standard output')
    .action(async (file, options) =>
      onExit(await (await import('./commands/validate.js')).validate(file, options)),
    );

  program
    .command('explain')
    .description('Tell why: what became of one task, or what each policy decided, from a run with --record.')
    .argument('<result>', 'the folder of --out, its result.json or its decisions.jsonl')
    .option('--task <id>', 'the story of this task, WORKLOAD/NUMBER, for example chat/17')
    .option('--policy [name]', 'sum up the decisions of all policies, or of POINT, NAME or POINT/NAME')
    .option('--json', 'write them as a JSON document to standard output')
    .action(async (result, options) =>
      onExit(await (await import('./commands/explain.js')).explain(result, options)),
    );

  program
    .command('query')
    .description('Ask stored results in SQL: runs, estimates, SLOs, series and more, as tables.')
    .argument('[sql]', 'one query; - reads standard input')
    .argument('[dirs...]', 'folders of --out, or result documents; several get a column `folder`')
    .option('--tables', 'list the tables and their columns instead')
    .option('--json', 'write a JSON document to standard output')
    .option('--csv', 'write CSV to standard output')
    .option('-o, --output <file>', 'write the rows to this .parquet or .csv file')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (sql, folders, options) =>
      onExit(await (await import('./commands/query.js')).query(sql, folders, options)),
    );

  program
    .command('policies')
    .description('List the policies, or explain one: parameters, source, when it helps and when it hurts.')
    .argument('[name]', 'POINT, NAME or POINT/NAME')
    .option('--json', 'write them as a JSON document to standard output')
    .action(async (name, options) =>
      onExit((await import('./commands/policies.js')).policies(name, options)),
    );

  program
    .command('profiles')
    .description('List the profiles of hardware, models and serving, or show one: figures, sources, fit.')
    .argument('[name]', 'hardware, model, serving or the name of a profile')
    .option('--json', 'write them as a JSON document to standard output')
    .action(async (name, options) =>
      onExit((await import('./commands/profiles.js')).profiles(name, options)),
    );

  program
    .command('worker')
    .description('Take runs of experiments on other machines from a queue in Redis, and compute them.')
    .option('--redis <url>', 'redis://HOST:PORT, rediss:// or unix:PATH; by default WIPSIM_REDIS')
    .option('--workers <count>', 'runs at a time; by default one a core', workers)
    .option('--until-idle <duration>', 'end when there has been nothing to do for so long')
    .option('--grace <duration>', 'what runs under way may take to finish at the end', '20s')
    .option('--lock <duration>', 'how long runs of a lost worker stay reserved for it', '10s')
    .option('--redis-timeout <duration>', 'how long Redis may be away', '1d')
    .option('--verbose', 'a line for each run')
    .option('--quiet', 'no count and no farewell')
    .action(async (options) => onExit(await (await import('./commands/worker.js')).worker(options)));

  program
    .command('merge')
    .description('Join the shards of an experiment to the result that one machine would have given.')
    .argument('<folders...>', 'those of --out of all shards')
    .requiredOption('--out <folder>', 'write the result there')
    .option('--json', 'write the document to standard output')
    .option('--quiet', 'no summary, no messages but errors')
    .option('--no-color', 'plain text; NO_COLOR does the same')
    .action(async (folders, options) => {
      const { mergeCommand } = await import('./commands/merge.js');
      await createProgram(onExit).parseAsync(await mergeCommand(folders, options), { from: 'user' });
    });

  program
    .command('schema')
    .description('Write the JSON Schema of scenarios or of documents to standard output.')
    .argument('[of]', 'scenario, result, comparison, sweep or plan', 'scenario')
    .action(async (of) => onExit((await import('./commands/schema.js')).schema(of)));

  program
    .command('init')
    .description('Write a scenario to start from, list those there are, or write a policy file of your own.')
    .argument('[template]', 'name of a shipped scenario, or policy')
    .argument('[file]', 'with policy: the file to write, ./my-policy.ts by default; its test goes beside it')
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .option('--force', 'overwrite the file')
    .action(async (template, file, options) =>
      onExit(await (await import('./commands/init.js')).init(template, file, options)),
    );

  for (const name of NOT_YET)
    program
      .command(name, { hidden: true })
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new CommandError(`wipsim ${name} is not available in this version`);
      });

  return program;
}
