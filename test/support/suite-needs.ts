const WAIT = 60_000

/** Each requirement is checked once in a process, and its absence is printed once. */
const checks = new Map<string, Promise<unknown>>()

/**
 * Skips the suite that it is called in, and prints one loud line, unless the suite's requirement is met. With `CI=true` a missing requirement is a failure:
 * in CI nothing would be tested, and the line would be missed.
 *
 * @param what names the requirement, such as `Redis at redis://127.0.0.1:6379`
 * @param check throws or rejects if the requirement is missing
 */
export function suiteNeeds(what: string, check: () => unknown): void {
  before(async function () {
    this.timeout(WAIT)
    if (!checks.has(what)) checks.set(what, failureOf(what, check))
    const failure = await checks.get(what)
    if (failure === undefined) return
    if (process.env.CI === 'true') throw new Error(`missing: ${what}`, { cause: failure })
    this.skip()
  })
}

async function failureOf(what: string, check: () => unknown): Promise<unknown> {
  try {
    await check()
    return undefined
  } catch (err) {
    // The runner of the suites repeats lines that begin like this in its summary
    console.error(`\nSKIPPED: tests that need ${what}\n`)
    return err ?? new Error(`no ${what}`)
  }
}
