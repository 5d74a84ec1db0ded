interface Group {
  readonly files: readonly string[]
  /** The tests that are run for each change of these files, if they come to it. */
  readonly tests: readonly string[]
}

/** The code that security rests on: signed cookies, secrets, sealing, merging, deciding, conditional writes. */
export const GROUPS: readonly Group[] = [
  {
    files: ['lib/connect/session-cookie.ts', 'lib/primitives/cookie-pairs.ts'],
    tests: [
      'test/connect/{session-cookie,signature-cache,hostile-headers}.test.ts',
      'test/core/resign.test.ts',
      'test/diagnostics/{warnings,fixes}.test.ts',
      'test/koa/{hostile-cookies,two-cookies}.test.ts',
      'test/options/{name,secret}.test.ts',
      'test/primitives/cookie-pairs.test.ts',
      'test/request/{debug,sent-cookie}.test.ts',
    ],
  },
  {
    files: ['lib/connect/signature-cache.ts', 'lib/primitives/lru-cache.ts'],
    tests: ['test/connect/signature-cache.test.ts', 'test/options/secret.test.ts', 'test/primitives/lru-cache.test.ts'],
  },
  {
    files: ['lib/primitives/{dated-secrets,derived-keys,seal}.ts'],
    tests: ['test/primitives/{dated-secrets,derived-keys,seal}.test.ts', 'test/options/{seal,secret}.test.ts', 'test/core/resign.test.ts'],
  },
  {
    files: ['lib/core/record/merge.ts', 'lib/core/request/plan.ts'],
    tests: [
      'test/core/{merge,plan,json-equality}.test.ts',
      'test/koa/{id-cookie,manners,told-once}.test.ts',
      'test/options/{concurrency,rolling,save-uninitialized,unset}.test.ts',
      'test/session/{destroy,save,update}.test.ts',
    ],
  },
  {
    files: ['lib/core/concurrency/{attempts,pending-write}.ts', 'lib/core/request/conditional-write.ts'],
    tests: [
      'test/core/{active-sessions,conditional-write,holder,pending-write,regenerate}.test.ts',
      'test/faults/late-writes.test.ts',
      'test/options/concurrency*.test.ts',
      'test/session/{save,update,regenerate-keep}.test.ts',
    ],
  },
  {
    files: ['lib/core/request/rotation.ts', 'lib/core/session/replace-session.ts'],
    tests: ['test/core/regenerate.test.ts', 'test/session/{failed-login,regenerate,regenerate-keep}.test.ts', 'test/koa/faults.test.ts'],
  },
]
