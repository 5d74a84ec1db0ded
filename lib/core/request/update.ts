import { dataOf, mergeCookie, mergeWith } from './rebase'
import { beforeStoring } from './before-storing'
import { isPromise, type Callback } from '../../primitives/callbacks'
import { gone } from '../errors/store-errors'
import type { ExchangeState } from './exchange-state'
import { serializeData } from '../record/serialize-data'
import { type Change, type Host, sessionOf, type Session } from '../session/session'
import { changed, type Data } from '../record/merge'
import { cookieOf, liveCookie, type SessionData } from '../record/session-data'
import { isEnded } from '../session/session-end'
import { dataIn, itself, shownOf, viewOf } from '../record/session-view'
import { hostOf } from '../session/stored-session'
import { storedForm } from '../lifetime/stored-form'
import { write, type Writing } from './conditional-write'

/** A change to what the store has by now and to what the exchange has made of it, in one. */
export function update<H extends Host>(exchange: ExchangeState<H>, session: Session, change: Change, done: Callback): void {
  beforeStoring(exchange, session, done, () => updateNow(exchange, session, change, done))
}

function updateNow<H extends Host>(exchange: ExchangeState<H>, session: Session, change: Change, done: Callback): void {
  exchange.transact(session.id, done, (transaction, finish, deadline) => {
    if (isEnded(session)) return finish(gone())
    // JSON's copies, which the change does not reach before it is stored
    const copy = (): Data => dataOf(serializeData(liveCookie(session)))
    const make = (record?: SessionData): Writing & { draft: Session; before: Data } => {
      const { base } = transaction
      const before = copy()
      if (base && record) mergeCookie(session, base, record)
      if (record) exchange.lifetime?.meet(session.id, record)
      const data =
        base && record ? mergeWith(base, serializeData(session), record, { mine: copy(), fresh: dataOf(serializeData(record)) }) : copy()
      const draft = sessionOf(hostOf(session, session.id), data)
      draft.cookie = cookieOf({ cookie: session.cookie })
      if (isPromise(change(shownOf(draft)) as unknown)) throw new TypeError('update needs a synchronous function')
      return { given: exchange.giving(draft), stored: storedForm(exchange, draft), whole: true, draft, before }
    }
    const written = (err: unknown, writing?: ReturnType<typeof make>): void => {
      if (err || !writing) return finish(err ?? gone())
      try {
        applyUpdate(session, writing.before, writing.draft)
      } catch (unserialisable) {
        return finish(unserialisable)
      }
      finish()
    }
    write({ exchange, transaction, deadline, rereads: true, make, done: written })
  })
}

/** The live session takes over what came of an update, but for what the handler has done to it since. */
function applyUpdate(session: Session, before: Data, draft: Session): void {
  const live = viewOf(session) ?? itself(session)
  const { cookie: _, ...after } = dataIn(draft) as Data
  const since = dataOf(serializeData(session))
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!changed(key, before, after) || changed(key, before, since)) continue
    if (Object.hasOwn(after, key)) live.put(key, after[key])
    else live.remove(key)
  }
  session.cookie = draft.cookie
}
