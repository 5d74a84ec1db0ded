interface Group {
  readonly files: readonly string[]
  /** The tests that are run for each change in these files, if they reach it. */
  readonly tests: readonly string[]
}

/** @returns the paths of test files, given without their extension */
const tests = (folders: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(folders).flatMap(([folder, names]) => names.map(name => `test/${folder}/${name}.test.ts`))

/** The code that is relevant for security: signed cookies, secrets, sealing, merging, plans, conditional writes. */
export const GROUPS: readonly Group[] = [
  {
    files: ['lib/connect/session-cookie.ts', 'lib/primitives/cookie-pairs.ts'],
    tests: tests({
      connect: ['session-cookie', 'signature-cache', 'hostile-headers'],
      core: ['resign'],
      diagnostics: ['warnings', 'fixes'],
      koa: ['hostile-cookies', 'two-cookies'],
      options: ['name', 'secret'],
      primitives: ['cookie-pairs'],
      request: ['debug', 'sent-cookie'],
      session: ['in-the-cookie'],
    }),
  },
  {
    files: ['lib/connect/signature-cache.ts', 'lib/primitives/lru-cache.ts'],
    tests: tests({ connect: ['signature-cache'], options: ['secret'], primitives: ['lru-cache'], request: ['debug'] }),
  },
  {
    files: ['lib/primitives/secrets.ts', 'lib/primitives/derived-keys.ts', 'lib/primitives/seal.ts'],
    tests: tests({ primitives: ['dated-secrets', 'derived-keys', 'seal'], options: ['seal', 'secret'], core: ['resign'] }),
  },
  {
    files: ['lib/core/record/merge.ts', 'lib/core/record/record-draft.ts', 'lib/core/request/plan.ts'],
    tests: tests({
      core: ['merge', 'plan', 'record-draft', 'resign'],
      koa: ['faults', 'id-cookie', 'responses', 'sends-id-once'],
      options: ['clear-cookie', 'concurrency', 'on-store-error', 'rolling', 'save-uninitialized', 'store-timeout', 'unset'],
      session: ['destroy', 'save', 'update'],
    }),
  },
  {
    files: [
      'lib/core/concurrency/attempts.ts',
      'lib/core/concurrency/pending-write.ts',
      'lib/core/group/member.ts',
      'lib/core/group/members.ts',
      'lib/core/group/write-group.ts',
    ],
    tests: tests({
      core: ['active-sessions', 'attempts', 'conditional-write', 'pending-write', 'regenerate', 'request-lifetime'],
      concurrency: ['groups'],
      faults: ['late-writes'],
      options: ['concurrency', 'concurrency-overlaps'],
      session: ['save', 'update', 'regenerate-keep'],
    }),
  },
  {
    files: ['lib/core/request/rotation.ts', 'lib/core/request/replacement.ts'],
    tests: tests({
      concurrency: ['failed-ends'],
      core: ['regenerate'],
      koa: ['faults'],
      options: ['concurrency', 'grace', 'renew-after'],
      session: ['failed-login', 'regenerate', 'regenerate-keep', 'update', 'users'],
    }),
  },
]
