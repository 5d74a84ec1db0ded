import type { Say } from './rounds'

/** Prints the next step and the estimated rest, corrected by the duration of the finished steps. */
export class Progress<Group extends string> {
  readonly #estimates: Readonly<Record<Group, number>>
  readonly #print: (line: string) => void
  /** In milliseconds. */
  readonly #now: () => number
  #start: number | undefined

  /** @param estimates in seconds, in the order of the groups */
  constructor(estimates: Readonly<Record<Group, number>>, print: (line: string) => void, now = () => performance.now()) {
    this.#estimates = estimates
    this.#print = print
    this.#now = now
  }

  of(group: Group): Say {
    return (progress, part) => this.#print(`${progress}; ${minutes(this.#left(group, part))} left`)
  }

  /** In seconds. */
  #left(group: Group, part: number): number {
    const groups = Object.entries<number>(this.#estimates)
    const at = groups.findIndex(([name]) => name === group)
    const sum = groups.reduce((sum, [, seconds]) => sum + seconds, 0)
    const done = groups.slice(0, at).reduce((sum, [, seconds]) => sum + seconds, 0) + part * this.#estimates[group]
    const start = (this.#start ??= this.#now())
    const pace = done > 0 ? (this.#now() - start) / 1000 / done : 1
    return (sum - done) * pace
  }
}

function minutes(seconds: number): string {
  return seconds < 120 ? 'less than two minutes' : `about ${Math.round(seconds / 60)} minutes`
}
