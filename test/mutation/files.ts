/** The code that security rests on: signed cookies, secrets, sealing, merging, deciding, conditional writes. */
export const MUTATED: readonly string[] = [
  'lib/connect/session-cookie.ts',
  'lib/connect/signature-cache.ts',
  'lib/core/concurrency/attempts.ts',
  'lib/primitives/dated-secrets.ts',
  'lib/primitives/derived-keys.ts',
  'lib/core/record/merge.ts',
  'lib/core/concurrency/pending-write.ts',
  'lib/core/request/plan.ts',
  'lib/core/request/rotation.ts',
  'lib/primitives/seal.ts',
  'lib/core/request/conditional-write.ts',
]

/** The tests that are run for each change, if they come to it. */
export const TESTS: readonly string[] = [
  'test/{core,primitives}/*.test.ts',
  'test/connect/{signature-cache,hostile-headers}.test.ts',
  'test/store-contract/atomic.test.ts',
  'test/faults/late-writes.test.ts',
  'test/koa/{faults,id-cookie,manners,told-once}.test.ts',
  'test/options/{name,rolling,save-uninitialized,seal,secret,unset}.test.ts',
  'test/options/concurrency*.test.ts',
  'test/request/sent-cookie.test.ts',
  'test/session/*.test.ts',
]
