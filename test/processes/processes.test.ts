import { KILLS, PROCESSES, TIMES } from './counts'
import { engines } from './engines'
import { kills } from './kills'
import { logins } from './logins'
import { logouts } from './logouts'
import { useRig } from './rig'
import { updates } from './updates'
import { writers } from './writers'

const CHECKS = [updates, writers, logouts, logins, kills]

for (const engine of engines) {
  describe(`processes on ${engine.title}`, () => {
    engine.needs()

    // A skip in a hook applies to the suites below its own, hooks included
    describe(`${PROCESSES} that share a session`, () => {
      const rig = useRig(engine)
      for (const check of CHECKS) check(rig, engine)
    }).timeout(Math.max(30_000 * TIMES, 10_000 * (engine.kills ?? KILLS)))
  })
}
