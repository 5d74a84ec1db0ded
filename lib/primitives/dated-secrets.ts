import type { AnySecret, DatedSecret, Secret } from '../core/settings/options'

/** Whether a secret is given with the time for which it is valid. */
export function isDated(secret: AnySecret): secret is DatedSecret {
  return typeof secret === 'object' && secret !== null && Object.hasOwn(secret, 'key')
}

/** The secret itself, whenever it is valid. */
export function keyIn(secret: AnySecret): Secret {
  return isDated(secret) ? secret.key : secret
}

/** @throws TypeError for dates that are none, or a time that ends before it begins */
export function checkDates({ from, until }: DatedSecret): void {
  const [begin, end] = [timeOf(from, -Infinity), timeOf(until, Infinity)]
  if (Number.isNaN(begin) || Number.isNaN(end)) throw new TypeError('secret option must have dates in from and until')
  if (begin >= end) throw new TypeError('secret option must have a secret whose until is later than its from')
}

/**
 * The secrets that are valid now. The first one signs: of those whose `from` has passed, the newest; of several, the first of the list. Those whose `from`
 * is still to come verify, because another process may already sign with them.
 *
 * @returns the same array if no secret is dated
 * @throws Error if none of the secrets may sign
 */
export function validSecrets(secrets: readonly AnySecret[], now = Date.now()): readonly Secret[] {
  if (!secrets.some(isDated)) return secrets as readonly Secret[]
  const valid = secrets.map(secret => timed(secret)).filter(({ until }) => until > now)
  let signing: Timed | undefined
  for (const secret of valid) if (secret.from <= now && (!signing || secret.from > signing.from)) signing = secret
  if (!signing) throw new Error('secret option has no secret that is valid now')
  return [signing.key, ...valid.filter(secret => secret !== signing).map(({ key }) => key)]
}

interface Timed {
  readonly key: Secret
  /** In milliseconds since 1970. */
  readonly from: number
  readonly until: number
}

function timed(secret: AnySecret): Timed {
  if (!isDated(secret)) return { key: secret, from: -Infinity, until: Infinity }
  return { key: secret.key, from: timeOf(secret.from, -Infinity), until: timeOf(secret.until, Infinity) }
}

function timeOf(date: DatedSecret['from'], otherwise: number): number {
  return date === undefined || date === null ? otherwise : new Date(date).valueOf()
}
