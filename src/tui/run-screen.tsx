/** The live screen of `wipsim run`: a row per replication with its bar, speed and what the model shows so far. */
import { Box, Text, useStdout } from 'ink';
import type { ReactNode } from 'react';
import { formatCount, formatDuration, formatFraction, NO_VALUE } from '../report/format.js';
import { progressTotals, type ReplicationProgress, type RunProgress, rowsToDraw } from './progress.js';

/** More rows than this say no more; a low terminal shows fewer. */
const ROWS_MAX = 12;
/** Lines of the screen that are not rows: header, column titles, totals, footer, and one to spare below. */
const OTHER_LINES = 7;
const COLUMNS_DEFAULT = 80;
const LINES_DEFAULT = 24;

type Color = 'green' | 'cyan' | 'yellow';

export interface RunScreenProps {
  readonly progress: RunProgress;
  /** By default as https://no-color.org asks: off when NO_COLOR is set to anything. */
  readonly color?: boolean;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (replication: ReplicationProgress) => string;
  /** The terminal's width from which it is shown. */
  readonly from: number;
}

const started = (replication: ReplicationProgress, text: string): string =>
  replication.state === 'waiting' ? '' : text;

const COLUMNS: readonly Column[] = [
  {
    title: 'done',
    width: 6,
    from: 0,
    text: (r) => started(r, formatFraction(Math.floor(r.fraction * 100) / 100)),
  },
  { title: 'at', width: 10, from: 64, text: (r) => started(r, formatDuration(r.simulatedS)) },
  {
    title: 'events/s',
    width: 11,
    from: 88,
    text: (r) => started(r, r.eventsPerS > 0 ? formatCount(Math.round(r.eventsPerS)) : NO_VALUE),
  },
  { title: 'ETA', width: 10, from: 52, text: (r) => (r.state === 'running' ? formatEta(r.etaS) : '') },
  {
    title: 'p99',
    width: 10,
    from: 42,
    text: (r) => started(r, r.latencyP99S > 0 ? formatDuration(r.latencyP99S) : NO_VALUE),
  },
  { title: 'queued', width: 9, from: 74, text: (r) => started(r, formatCount(r.queueLength)) },
];

/** Whole seconds: a figure that trembles in its decimals cannot be read. */
const formatEta = (etaS: number | null): string =>
  etaS === null ? NO_VALUE : etaS < 1 ? '<1 s' : formatDuration(Math.round(etaS));

const STATE_COLORS: Readonly<Record<ReplicationProgress['state'], Color>> = {
  waiting: 'yellow',
  running: 'cyan',
  done: 'green',
};

function Tinted({ color, name, children }: { color: boolean; name: Color; children: ReactNode }): ReactNode {
  return color ? <Text color={name}>{children}</Text> : <Text>{children}</Text>;
}

function Quiet({ color, children }: { color: boolean; children: ReactNode }): ReactNode {
  return (
    <Text dimColor={color} wrap="truncate">
      {children}
    </Text>
  );
}

const barText = (fraction: number, width: number): { full: string; rest: string } => {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * width);
  return { full: '█'.repeat(full), rest: '░'.repeat(width - full) };
};

function Row(props: {
  replication: ReplicationProgress;
  columns: readonly Column[];
  labelWidth: number;
  barWidth: number;
  color: boolean;
}): ReactNode {
  const { replication, columns, labelWidth, barWidth, color } = props;
  const { full, rest } = barText(replication.fraction, barWidth);
  return (
    <Box>
      <Text>{`#${replication.index + 1}`.padEnd(labelWidth)}</Text>
      <Tinted color={color} name={STATE_COLORS[replication.state]}>
        {full}
      </Tinted>
      <Text dimColor={color}>{rest}</Text>
      <Text>{columns.map(({ width, text }) => text(replication).padStart(width)).join('')}</Text>
      <Tinted color={color} name={STATE_COLORS[replication.state]}>
        {`  ${replication.state}`}
      </Tinted>
    </Box>
  );
}

/** Live progress of a run; pure in its props. */
export function RunScreen({
  progress,
  color = (process.env.NO_COLOR ?? '') === '',
}: RunScreenProps): ReactNode {
  const { stdout } = useStdout();
  const terminalWidth = stdout.columns || COLUMNS_DEFAULT;
  const terminalLines = stdout.rows || LINES_DEFAULT;
  const rowsMax = Math.max(1, Math.min(ROWS_MAX, terminalLines - OTHER_LINES));
  const { rows, hiddenRunning } = rowsToDraw(progress, rowsMax);
  const totals = progressTotals(progress);
  const columns = COLUMNS.filter(({ from }) => terminalWidth >= from);
  const labelWidth = `#${progress.replications.length}`.length + 1;
  const columnsWidth = columns.reduce((sum, { width }) => sum + width, 0);
  const statusWidth = '  running'.length;
  const barWidth = Math.max(4, Math.min(24, terminalWidth - labelWidth - columnsWidth - statusWidth - 1));
  const speed = totals.eventsPerS > 0 ? ` · ${formatCount(Math.round(totals.eventsPerS))} events/s` : '';
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">
        <Text bold={color}>{progress.scenario}</Text>
        {`  ${formatFraction(Math.floor(totals.fraction * 100) / 100)}${speed}`}
      </Text>
      {rows.length > 0 && (
        <Quiet color={color}>
          {' '.repeat(labelWidth + barWidth) +
            columns.map(({ title, width }) => title.padStart(width)).join('')}
        </Quiet>
      )}
      {rows.map((replication) => (
        <Row
          key={replication.index}
          replication={replication}
          columns={columns}
          labelWidth={labelWidth}
          barWidth={barWidth}
          color={color}
        />
      ))}
      {hiddenRunning > 0 && <Quiet color={color}>{`… and ${hiddenRunning} more running`}</Quiet>}
      <Text wrap="truncate">
        {`${totals.done} done, ${totals.running} running, ${totals.waiting} waiting of ${progress.replications.length}`}
      </Text>
      <Quiet color={color}>Ctrl-C keeps what is finished</Quiet>
    </Box>
  );
}
