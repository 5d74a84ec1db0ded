const real = Date.now

/** A clock that only moves manually. It replaces `Date.now`, the only source of time for sessions and cookies. */
export class Clock {
  #now: number

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
    Date.now = () => this.#now
  }

  get now(): number {
    return this.#now
  }

  /** @param ms how far; backwards if negative */
  turn(ms: number): void {
    this.#now += ms
  }

  static restore(): void {
    Date.now = real
  }
}

/** A clock for each test of the suite that it is called in. */
export function useClock(): { readonly turn: (ms: number) => void; readonly now: () => number } {
  let clock: Clock
  beforeEach(() => {
    clock = new Clock()
  })
  afterEach(() => Clock.restore())
  return { turn: ms => clock.turn(ms), now: () => clock.now }
}
