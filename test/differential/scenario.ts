import fc from 'fast-check'

/** One act of a handler on its session. */
export type Action =
  | { do: 'set'; key: string; value: unknown }
  | { do: 'delete'; key: string }
  | { do: 'nest'; value: number }
  | { do: 'destroy' | 'regenerate' | 'reload' | 'save' | 'touch' | 'null' | 'unset' | 'generate' }
  | { do: 'cookie'; attribute: 'maxAge' | 'expires' | 'httpOnly' | 'path' | 'sameSite'; value: unknown }
  | { do: 'throw' }

/** How a handler responds. */
export type Finish =
  | { as: 'end'; chunk?: string; encoding?: BufferEncoding; buffer?: boolean }
  | { as: 'write'; chunks: string[]; after?: Action }
  | { as: 'writeHead'; form: 'plain' | 'message' | 'object' | 'flat' | 'cookie'; after?: Action; chunk: string }

export type SentCookie =
  'none' | 'last' | 'first' | 'twice' | 'forged' | 'forged, then last' | 'unsigned' | 'garbage' | 'unknown' | 'older secret'

export interface Visit {
  readonly cookie: SentCookie
  readonly path: string
  readonly secure: boolean
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly status: number
  /** Milliseconds since the last visit. */
  readonly elapsed: number
  readonly actions: Action[]
  readonly finish: Finish
  /** The cookies that the app has set before the session adds its own. */
  readonly setCookie: 'none' | 'one' | 'two'
}

export interface Scenario {
  readonly options: {
    readonly resave: boolean
    readonly saveUninitialized: boolean
    readonly rolling: boolean
    readonly unset: 'keep' | 'destroy' | undefined
    readonly proxy: boolean | undefined
    readonly name: string | undefined
    readonly cookie: Record<string, unknown>
    readonly secrets: string[]
  }
  readonly store: { readonly answers: 'at once' | 'later'; readonly touches: boolean; readonly fails?: Failure }
  readonly visits: Visit[]
}

/** Every call of a method fails during one visit. */
export interface Failure {
  readonly method: 'get' | 'set' | 'touch' | 'destroy'
  readonly visit: number
}

const key = fc.constantFrom('a', 'b', 'views', 'user')
const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'ü漢', '', null, true), fc.constant({ deep: [1] }))

const simple = fc.constantFrom('destroy', 'regenerate', 'reload', 'save', 'touch', 'null', 'unset', 'generate').map(name => ({ do: name }))

const edit = (attribute: Extract<Action, { do: 'cookie' }>['attribute'], values: fc.Arbitrary<unknown>): fc.Arbitrary<Action> =>
  fc.record({ do: fc.constant('cookie' as const), attribute: fc.constant(attribute), value: values })

const cookieEdit = fc.oneof(
  edit('maxAge', fc.constantFrom(1000, 60_000, 0, null, 31_536_000_000)),
  edit('expires', fc.constantFrom(false, null, 1_767_225_700_000)),
  edit('httpOnly', fc.boolean()),
  edit('path', fc.constantFrom('/', '/admin')),
  edit('sameSite', fc.constantFrom('lax', 'Strict', true, 'bogus')),
)

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('nest' as const), value: fc.nat(3) }) },
  { weight: 5, arbitrary: simple },
  { weight: 2, arbitrary: cookieEdit },
  { weight: 1, arbitrary: fc.constant({ do: 'throw' as const }) },
)

const change = fc.record({ do: fc.constant('set' as const), key, value })

const finish: fc.Arbitrary<Finish> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ as: fc.constant('end' as const), chunk: fc.option(fc.constantFrom('ok', '', 'ü漢'), { nil: undefined }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      as: fc.constant('end' as const),
      chunk: fc.constant('6f6b'),
      encoding: fc.constantFrom('hex', 'utf8', 'latin1'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ as: fc.constant('end' as const), chunk: fc.constant('ok'), buffer: fc.constant(true) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constant('write' as const),
      chunks: fc.array(fc.constantFrom('one', 'ü'), { minLength: 1, maxLength: 3 }),
      after: fc.option(change, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constant('writeHead' as const),
      form: fc.constantFrom('plain', 'message', 'object', 'flat', 'cookie'),
      after: fc.option(change, { nil: undefined }),
      chunk: fc.constantFrom('', 'ok'),
    }),
  },
)

const OTHER_COOKIES: SentCookie[] = [
  'none',
  'first',
  'twice',
  'forged',
  'forged, then last',
  'unsigned',
  'garbage',
  'unknown',
  'older secret',
]

const visit: fc.Arbitrary<Visit> = fc.record({
  cookie: fc.oneof(
    { weight: 8, arbitrary: fc.constant<SentCookie>('last') },
    { weight: 4, arbitrary: fc.constantFrom<SentCookie>(...OTHER_COOKIES) },
  ),
  path: fc.constantFrom('/', '/', '/', '/admin', '/administrator', '/other?q=/admin'),
  secure: fc.boolean(),
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant('GET' as const) },
    { weight: 1, arbitrary: fc.constantFrom('HEAD' as const, 'POST' as const) },
  ),
  status: fc.oneof({ weight: 8, arbitrary: fc.constant(200) }, { weight: 2, arbitrary: fc.constantFrom(204, 302, 304, 404) }),
  elapsed: fc.constantFrom(0, 0, 10, 1000, 5000, 61_000),
  actions: fc.array(action, { maxLength: 4 }),
  finish,
  setCookie: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom('one' as const, 'two' as const) },
  ),
})

const cookieOptions = fc.record(
  {
    maxAge: fc.constantFrom(1000, 60_000, null),
    path: fc.constantFrom('/', '/admin'),
    httpOnly: fc.boolean(),
    secure: fc.constantFrom(true, false, 'auto'),
    sameSite: fc.constantFrom(true, 'lax', 'none', 'auto'),
    domain: fc.constant('example.com'),
    priority: fc.constantFrom('low', 'high'),
    partitioned: fc.boolean(),
  },
  { requiredKeys: [] },
)

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  options: fc.record({
    resave: fc.boolean(),
    saveUninitialized: fc.boolean(),
    rolling: fc.boolean(),
    unset: fc.constantFrom('keep' as const, 'destroy' as const, undefined),
    proxy: fc.constantFrom(true, false, undefined),
    name: fc.constantFrom('sid', undefined),
    cookie: cookieOptions,
    secrets: fc.constantFrom(['keyboard cat'], ['new', 'keyboard cat']),
  }),
  store: fc.record({
    answers: fc.constantFrom('at once' as const, 'later' as const),
    touches: fc.boolean(),
    fails: fc.option(
      fc.record({ method: fc.constantFrom('get' as const, 'set' as const, 'touch' as const, 'destroy' as const), visit: fc.nat(3) }),
      {
        freq: 4,
        nil: undefined,
      },
    ),
  }),
  visits: fc.array(visit, { minLength: 1, maxLength: 5 }),
})
