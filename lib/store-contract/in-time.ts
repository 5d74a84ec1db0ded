// Tests of stores may replace the timers
const { setTimeout, clearTimeout } = globalThis

/** @param ms milliseconds of real time; the process stays alive meanwhile */
export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/**
 * Limits the wait for a store that never answers. The timer keeps the process alive: otherwise `node:test` cancels all later tests.
 *
 * @param ms milliseconds of real time
 * @param complaint the message of the error after that time
 */
export async function inTime<Value>(promise: Promise<Value>, ms: number, complaint: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), ms)
  })
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer))
}
