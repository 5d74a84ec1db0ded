import { optionError } from '../errors/option-errors'
import { notFresh } from '../errors/user-errors'
import { exchangeOf, type Carrier } from '../session/info'
import { needUsers, type MethodSettings } from './sessions'

/**
 * A check for requests that ask for a recent login.
 *
 * @returns a function that returns the error of a request, if its user has not authenticated in time
 * @throws TypeError without `userId`: then a new session could not be told from that of a user
 */
export function freshness(about: MethodSettings, ms: number): (carrier: object) => Error | undefined {
  needUsers('requireFresh', about)
  if (typeof ms !== 'number' || !(ms > 0))
    throw optionError('requireFresh', 'get a number of milliseconds above 0', ms, 'write 10 * 60_000 for ten minutes')
  return carrier => {
    const exchange = exchangeOf(carrier as Carrier)
    // The holder of an earlier ID may not be the user
    const info = exchange?.isSnapshot ? undefined : exchange?.info()
    const isFresh = info?.userId !== undefined && info.authenticatedAt.valueOf() + ms >= Date.now()
    return isFresh ? undefined : notFresh()
  }
}
