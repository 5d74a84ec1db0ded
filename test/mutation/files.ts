/** The code that security rests on: signed cookies, secrets, sealing, merging, deciding, conditional writes. */
export const MUTATED: readonly string[] = [
  'lib/connect/signed-cookie.ts',
  'lib/connect/signatures.ts',
  'lib/core/attempts.ts',
  'lib/core/dated-secrets.ts',
  'lib/core/derived-keys.ts',
  'lib/core/merge.ts',
  'lib/core/pending-write.ts',
  'lib/core/plan.ts',
  'lib/core/rotation.ts',
  'lib/core/seal.ts',
  'lib/core/writing.ts',
]

/** The tests that are run for each change, if they come to it. */
export const TESTS: readonly string[] = [
  'test/core/*.test.ts',
  'test/connect/{signatures,hostile-headers}.test.ts',
  'test/contract/atomic.test.ts',
  'test/faults/late-writes.test.ts',
  'test/koa/{faults,id-cookie,manners,told-once}.test.ts',
  'test/options/{name,rolling,save-uninitialized,seal,secret,unset}.test.ts',
  'test/options/concurrency*.test.ts',
  'test/request/sent-cookie.test.ts',
  'test/session/*.test.ts',
]
