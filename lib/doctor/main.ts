import { parseArguments, USAGE, type DoctorOptions } from './arguments'
import { check } from './checks'
import { examine } from './examine'
import { isHealthy, jsonOf, textOf } from './report'

/** Where the command writes. */
export interface Output {
  out(text: string): void
  err(text: string): void
}

/** Runs the command. @returns the exit code: 0 if no check has failed */
export async function main(argv: readonly string[], { out, err }: Output): Promise<0 | 1> {
  let options: DoctorOptions | 'help'
  try {
    options = parseArguments(argv)
  } catch (mistake) {
    err(`${(mistake as Error).message}\n\n${USAGE}`)
    return 1
  }
  if (options === 'help') {
    out(USAGE)
    return 0
  }
  try {
    const seen = await examine(options)
    const found = check(seen)
    out(options.json ? jsonOf(seen, found) : textOf(seen, found))
    return isHealthy(found) ? 0 : 1
  } catch (failure) {
    err(`${(failure as Error).message}\n`)
    return 1
  }
}
