/** The outcome of a part of a suite. */
export interface Outcome {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
  /** One line for each missing requirement. */
  readonly reasons: readonly string[]
  /** The slowest files of tests, a line for each. */
  readonly slowest: readonly string[]
  /** The failures in its output, truncated. */
  readonly failures: string
}

export interface Ended {
  readonly name: string
  /** The whole output. */
  readonly output: string
  /** The exit code of its process; null if a signal ended it. */
  readonly code: number | null
  readonly seconds: number
}

/** The number of files in the summary. */
const MOST_FILES = 10

/** The maximum number of lines of failures in the summary. */
const MOST_LINES = 100

export function readOutcome({ name, output, code, seconds }: Ended): Outcome {
  const counted = (word: string): number =>
    Array.from(output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'gm'))).reduce((sum, [, count]) => sum + Number(count), 0)
  const failed = counted('failing')
  return {
    name,
    passed: counted('passing'),
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: counted('pending'),
    seconds,
    reasons: Array.from(output.matchAll(/^SKIPPED: .*$/gm), ([line]) => line),
    slowest: Array.from(output.matchAll(/^SLOW: (.*)$/gm), ([, line = '']) => line),
    failures: failed > 0 || code !== 0 ? failuresIn(output) : '',
  }
}

/** Mocha prints failures after their number; other programs are expected to print theirs at the end. */
function failuresIn(output: string): string {
  const lines = output.trimEnd().split('\n')
  const first = lines.findIndex(line => /^\s*\d+ failing\b/.test(line))
  return first === -1 ? lines.slice(-MOST_LINES).join('\n') : lines.slice(first, first + MOST_LINES).join('\n')
}

export function isGood({ failed }: Outcome): boolean {
  return failed === 0
}

/** The failures, a row for each part, the reasons for skipped tests, the slowest files, and a line with the sums, which .ci/run reads. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  const row = (name: string, ...cells: string[]): string => [name.padEnd(width), ...cells.map(cell => cell.padStart(9))].join('')
  const rows = outcomes.map(({ name, passed, failed, skipped, seconds }) =>
    row(name, String(passed), String(failed), String(skipped), seconds.toFixed(1)),
  )
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((sum, outcome) => sum + of(outcome), 0)
  const [passed, failed, skipped] = [sum(({ passed }) => passed), sum(({ failed }) => failed), sum(({ skipped }) => skipped)]
  const reasons = new Set(outcomes.flatMap(({ reasons }) => reasons))
  const failures = outcomes.filter(({ failures }) => failures).map(({ name, failures }) => `-- ${name} --\n${failures}\n`)
  return [
    ...failures,
    row('', 'passed', 'failed', 'skipped', 'seconds'),
    ...rows,
    ...reasons,
    ...slowestOf(outcomes),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ].join('\n')
}

/** Of all parts. The seconds come first in each line. */
function slowestOf(outcomes: readonly Outcome[]): string[] {
  const files = outcomes.flatMap(({ slowest }) => slowest)
  return files.sort((one, other) => parseFloat(other) - parseFloat(one)).slice(0, MOST_FILES)
}
