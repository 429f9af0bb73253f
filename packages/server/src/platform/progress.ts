/** Progress of long work on stderr: a bar with rate and time left on a terminal, plain lines elsewhere. */

export interface ProgressOptions {
  readonly label: string;
  /** What `update` counts up to; null when it is not known. */
  readonly total: number | null;
  /** What is counted, such as `events`. */
  readonly unit: string;
  /** What was done before this run; it does not count for the speed. */
  readonly from?: number;
}

export interface Progress {
  update(done: number): void;
  /** Ends the bar with a line that says what was done and how fast. */
  finish(): void;
}

const BAR_WIDTH = 12;
const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;

export function progressBar(options: ProgressOptions): Progress {
  const { label, unit, from = 0 } = options;
  const out = process.stderr;
  const started = performance.now();
  const every = out.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
  let shown = started;
  let done = from;
  const draw = (line: string): void => {
    // A line that wraps could not be drawn over.
    const fitting = line.slice(0, Math.max((out.columns ?? 80) - 1, 20));
    out.write(out.isTTY ? `\r\u001b[2K${fitting}` : `${line}\n`);
  };
  return {
    update(count) {
      done = count;
      const now = performance.now();
      if (now - shown < every) return;
      shown = now;
      draw(progressLine(options, done, (now - started) / 1000));
    },
    finish() {
      const seconds = (performance.now() - started) / 1000;
      draw(
        `${label}  ${group(done)} ${unit} in ${duration(seconds)}, ${rate(done - from, seconds, unit)}`,
      );
      if (out.isTTY) out.write("\n");
    },
  };
}

export function progressLine(
  { label, total, unit, from = 0 }: ProgressOptions,
  done: number,
  seconds: number,
): string {
  const speed = rate(done - from, seconds, unit);
  if (total === null || total === 0) return `${label}  ${group(done)} ${unit}  ${speed}`;
  const part = Math.min(done / total, 1);
  const filled = Math.round(part * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = done <= from ? "" : `  ${duration((seconds / (done - from)) * (total - done))} left`;
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `${label}  ${bar} ${percent} %  ${group(done)} of ${group(total)} ${unit}  ${speed}${left}`;
}

function rate(done: number, seconds: number, unit: string): string {
  return `${group(Math.round(done / Math.max(seconds, 0.001)))} ${unit}/s`;
}

/** Whole seconds as `48 s`, `3 min 05 s` or `2 h 04 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => `${n}`.padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A whole number with thousands set apart: 1,000,000. */
export function group(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
