import { announceCreated } from '../events/announce'
import { dataOf, mergeCookie, rebase } from './rebase'
import { beforeStoring } from './before-storing'
import { isPromise, type Callback } from '../../primitives/callbacks'
import { gone } from '../errors/store-errors'
import type { ExchangeState } from './exchange-state'
import { serializeData } from '../record/serialize-data'
import { type Change, type Host, sessionOf, type Session } from '../session/session'
import { changed, type Data } from '../record/merge'
import type { Base } from '../record/snapshot'
import type { RecordDraft } from '../record/record-draft'
import { cookieOf, liveCookie } from '../record/session-data'
import { isEnded } from '../session/session-end'
import { dataIn, itself, shownOf, viewOf } from '../record/session-view'
import { hostOf } from '../session/stored-session'
import { readsEnd } from '../lifetime/limits'
import { storedForm } from '../lifetime/stored-form'
import { orFollow } from './renewal/follow'
import { Writer, type Made } from '../group/member'
import { WriteGroup } from '../group/write-group'
import { changesUser } from '../users/user-of'
import { save } from './save'

/** Changes the stored record and the session of the request with one function. */
export function update<H extends Host>(exchange: ExchangeState<H>, session: Session, change: Change, done: Callback): void {
  const bound: Callback = err =>
    err || !exchange.settings.users ? done(err) : bindAfter(exchange, (exchange.host.session ?? session) as Session, done)
  const updated = orFollow(exchange, session, bound, (followed, done) => updateNow(exchange, followed, change, done))
  beforeStoring(exchange, session, done, () => updateNow(exchange, session, change, updated))
}

function updateNow<H extends Host>(exchange: ExchangeState<H>, session: Session, change: Change, done: Callback): void {
  new Update(exchange, { session, change }, done).run()
  exchange.holder.letGo()
}

/** The change may have been a login or a logout. */
function bindAfter<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback): void {
  try {
    if (!changesUser(exchange, session)) return done()
  } catch (err) {
    return done(err)
  }
  save(exchange, session, done)
}

/** The session with the change, and its data before. */
interface Changed extends Made {
  readonly changed: Session
  readonly before: Data
}

class Update<H extends Host> extends Writer<ExchangeState<H>> {
  override readonly rereads = true

  constructor(
    exchange: ExchangeState<H>,
    private readonly asked: { readonly session: Session; readonly change: Change },
    done: Callback,
  ) {
    super(exchange, asked.session.id, done)
  }

  override get readsEnd(): boolean {
    return readsEnd(this.request)
  }

  override act(joined: readonly Writer[]): void {
    const group = new WriteGroup(this, joined)
    group.enter()
    group.write()
  }

  override enter(): void {
    if (isEnded(this.asked.session) || this.transaction.isEnded) this.missing()
  }

  override make(draft?: RecordDraft): Changed {
    const { session, change } = this.asked
    const { base } = this.transaction
    const text = serializeData(liveCookie(session))
    const before = dataOf(text)
    if (base && draft) mergeCookie(session, base, draft)
    if (draft) this.request.lifetime?.meet(session.id, draft, draft.end)
    const changed = sessionOf(hostOf(session, session.id), base && draft ? mergedData(draft, base, text) : dataOf(text))
    changed.cookie = cookieOf({ cookie: session.cookie })
    if (isPromise(change(shownOf(changed)) as unknown)) throw new TypeError('update needs a synchronous function')
    return { writer: this, given: this.request.giving(changed), whole: true, changed, before }
  }

  override storedForm({ changed }: Changed): Session {
    return storedForm(this.request, changed)
  }

  override written({ before, changed }: Changed): void {
    applyUpdate(this.asked.session, before, changed)
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
