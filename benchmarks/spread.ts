/** Several measurements of one quantity. */
export interface Spread {
  readonly median: number
  /** The quartiles. */
  readonly low: number
  readonly high: number
  /** In the order of the rounds. */
  readonly rounds: readonly number[]
}

export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = rounds.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75), rounds: rounds.map(rounded) }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2
}

/** Interpolates linearly between two measurements. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? NaN
  const above = sorted[Math.ceil(at)] ?? NaN
  return rounded(below + (above - below) * (at - Math.floor(at)))
}

/** The further digits are noise, and would cause diffs of the results. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
