const HOUR = 3_600_000

/** What NIST SP 800-63B-4 sections 2.2.3 and 5.2, ASVS 5.0 chapter V7 and the OWASP cheat sheet ask of a session, on Connect and Koa. */
export const RECOMMENDED = Object.freeze({
  name: '__Host-id',
  cookie: Object.freeze({ path: '/', secure: true, httpOnly: true, sameSite: 'lax' }),
  saveUninitialized: false,
  idleTimeout: HOUR,
  absoluteTimeout: 24 * HOUR,
  hashIds: true,
  cacheControl: 'auto',
  strict: true,
} as const)
