import { compare, Interrupted, OptionError, ScenarioError } from 'wipsim';

const signal = AbortSignal.timeout(60_000);
try {
  const { interrupted } = await compare('scenarios/quick-start.yaml', { baseline: 'priorty', signal });
  console.log(interrupted ? 'what was finished in a minute' : 'all of it');
} catch (error) {
  if (error instanceof ScenarioError)
    for (const { path, message, line } of error.problems) console.log(path.join('.'), message, line);
  else if (error instanceof OptionError) console.log(error.message);
  else if (error instanceof Interrupted) console.log('a minute was not enough for anything');
  else throw error;
}
