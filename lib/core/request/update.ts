import { announceCreated } from '../events/announce'
import { dataOf, mergeCookie, rebase, turnTo } from './rebase'
import { beforeStoring } from './before-storing'
import { isRefusedPromise, type Callback } from '../../primitives/callbacks'
import { gone } from '../errors/store-errors'
import type { ExchangeState } from './exchange-state'
import { serializeData } from '../record/serialize-data'
import { type Change, sessionOf, type Session } from '../session/session'
import { changed, type Data } from '../record/merge'
import type { Base } from '../record/snapshot'
import type { RecordDraft } from '../record/record-draft'
import { cookieOf, liveCookie, type SessionData } from '../record/session-data'
import { dataIn, itself, shownOf, viewOf } from '../record/session-view'
import { hostWith } from '../session/stored-session'
import { storedForm } from '../lifetime/stored-form'
import { orFollow } from './renewal/follow'
import type { Made } from '../group/member'
import { SessionWriter } from './session-writer'
import { become } from '../users/bind'
import { otherUser, wasDropped } from '../users/user-of'

/** Changes the stored record and the session of the request with one function. */
export function update(exchange: ExchangeState, session: Session, change: Change, done: Callback): void {
  const updated = orFollow(exchange, session, done, (followed, done) => attempt(exchange, { session: followed, change }, done))
  beforeStoring(exchange, session, done, () => attempt(exchange, { session, change }, updated))
}

/** How often the change may give another user, because other requests change the record meanwhile. */
const MOST_USERS = 8

/** A change that is a login or a logout is first undone: the list of the user's sessions must know of it before it is stored. */
function attempt(exchange: ExchangeState, asked: Asked, done: Callback, tries = 0): void {
  const { session } = asked
  run(exchange, asked, err => {
    if (!(err instanceof OtherUser)) return done(err)
    const bound: Callback = err => {
      if (!(err instanceof OtherUser)) return done(err ?? (wasDropped(exchange, session.id) ? gone() : undefined))
      if (tries < MOST_USERS) attempt(exchange, asked, done, tries + 1)
      else done(err)
    }
    become(exchange, session, { user: err.user, id: session.id }, bound, done => run(exchange, asked, done))
  })
}

function run(exchange: ExchangeState, asked: Asked, done: Callback): void {
  new Update(exchange, asked, done).run()
  exchange.requestLifetime.letGo()
}

/** The change gives the session another user than its marks have. */
class OtherUser extends Error {
  constructor(readonly user: string | undefined) {
    super('the user of the session changes with each call of the function')
  }
}

interface Asked {
  readonly session: Session
  readonly change: Change
}

/** The session with the change, and its data before. */
interface Changed extends Made {
  readonly changed: Session
  readonly before: Data
}

class Update extends SessionWriter {
  override readonly rereads = true
  private readonly change: Change

  constructor(exchange: ExchangeState, { session, change }: Asked, done: Callback) {
    super(exchange, session, done)
    this.change = change
  }

  override enter(): void {
    turnTo(this.request, this.session)
    if (this.hasEnded) this.missing()
  }

  override make(draft?: RecordDraft): Changed {
    const { session, change } = this
    const { base } = this.transaction
    // The end of the last write may have passed: touches may have moved an end that the store keeps elsewhere
    const text = serializeData(liveCookie(session).resetMaxAge())
    const before = dataOf(text)
    if (base && draft) mergeCookie(session, base, draft)
    if (draft) this.request.lifetime?.mergeStored(session.id, draft, draft.end)
    const changed = sessionOf(hostWith(session, session.id), base && draft ? mergedData(draft, base, text) : dataOf(text))
    changed.cookie = cookieOf({ cookie: session.cookie })
    if (isRefusedPromise(change(shownOf(changed)) as unknown)) throw new TypeError('update needs a synchronous function')
    const other = otherUser(this.request, session.id, shownOf(changed))
    if (other) throw new OtherUser(other.user)
    return { writer: this, given: this.request.prepareWrite(changed), whole: true, changed, before }
  }

  override storedForm({ changed }: Changed): SessionData {
    return storedForm(this.request, changed)
  }

  override written({ before, changed }: Changed): void {
    applyUpdate(this.session, before, changed)
    announceCreated(this.request, changed)
    this.finish()
  }

  override missing(): void {
    this.finish(gone())
  }
}

/** The stored record with the session's own changes. It shares nothing with other members of a group. */
function mergedData(draft: RecordDraft, base: Base, text: string): Data {
  const merged = draft.clone()
  rebase(merged, base, text, dataOf(text))
  return merged.data
}

/** The session in use takes over the result of an update, except what the handler has changed since. */
function applyUpdate(session: Session, before: Data, result: Session): void {
  const live = viewOf(session) ?? itself(session)
  const { cookie: _, ...after } = dataIn(result) as Data
  const since = dataOf(serializeData(session))
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!changed(key, before, after) || changed(key, before, since)) continue
    if (Object.hasOwn(after, key)) live.put(key, after[key])
    else live.remove(key)
  }
  session.cookie = result.cookie
}
