import { announceCreated } from '../events/announce'
import { mergeCookie, rebase, turnTo } from './rebase'
import { beforeStoring, endedElsewhere, refusal } from './before-storing'
import type { Callback } from '../../primitives/callbacks'
import type { ExchangeState } from './exchange-state'
import type { Session } from '../session/session'
import type { SessionData } from '../record/session-data'
import type { Written } from '../record/snapshot'
import type { Data } from '../record/merge'
import type { RecordDraft } from '../record/record-draft'
import { MARKS } from '../record/reserved-key'
import { dataIn } from '../record/session-view'
import { storedEnd } from '../lifetime/limits'
import { storedForm } from '../lifetime/stored-form'
import { orDropped, orFollow } from './renewal/follow'
import type { Made } from '../group/member'
import { SessionWriter } from './session-writer'
import { bind } from '../users/bind'

/**
 * Stores the session of a request: as it is if no other request has written it meanwhile, otherwise merged with the stored record.
 *
 * @param text of its data, if it is known. Used only if the save begins at once, because the app may change the session later
 */
export function save(exchange: ExchangeState, session: Session, done: Callback, text?: string): void {
  const { beforeSave, users, concurrency } = exchange.settings
  if (beforeSave || users) return beforeStoring(exchange, session, done, () => bindAndWrite(exchange, session, done))
  const refused = refusal(exchange)
  if (refused) return done(refused)
  if (concurrency === 'off') return saveAsItIs(exchange, session, done, text)
  new Save(exchange, session, orFollowed(exchange, session, done, write), text).run()
  exchange.requestLifetime.letGo()
}

/** After `beforeSave`. A login or a logout begins anew under another ID, because the list of the user's sessions has the earlier one. */
function bindAndWrite(exchange: ExchangeState, session: Session, done: Callback): void {
  bind(exchange, session, orFollowed(exchange, session, done, bindAndWrite), done => writeHere(exchange, session, done))
}

function write(exchange: ExchangeState, session: Session, done: Callback): void {
  writeHere(exchange, session, orFollowed(exchange, session, done, write))
}

/** Under the ID that the session has. */
function writeHere(exchange: ExchangeState, session: Session, done: Callback): void {
  if (exchange.settings.concurrency === 'off') return saveAsItIs(exchange, session, done)
  new Save(exchange, session, done).run()
  exchange.requestLifetime.letGo()
}

type Again = (exchange: ExchangeState, followed: Session, done: Callback) => void

/** If the session has another ID by now, it is saved under that. */
function orFollowed(exchange: ExchangeState, session: Session, done: Callback, again: Again): Callback {
  if (exchange.storeClient.grace.ms === 0) return done
  return orFollow(exchange, session, orDropped(done), (followed, done) => again(exchange, followed, done))
}

class Save extends SessionWriter {
  declare private readonly text: string | undefined
  /** The session when its turn came. */
  declare private given: Written | undefined

  constructor(exchange: ExchangeState, session: Session, done: Callback, text?: string) {
    super(exchange, session, done)
    this.text = text
    this.given = undefined
  }

  override get rereads(): boolean {
    return this.request.settings.concurrency === 'merge'
  }

  override enter(): void {
    turnTo(this.request, this.session)
    // With a context it has waited
    this.given = this.request.prepareWrite(this.session, this.context ? undefined : this.text)
    if (this.hasEnded) this.missing()
  }

  override make(draft?: RecordDraft): Made {
    const { session, request } = this
    const { base } = this.transaction
    const given = this.given as Written
    if (!base || !draft) return { writer: this, given, whole: true, draft: undefined }
    mergeCookie(session, base, draft)
    request.lifetime?.mergeStored(session.id, draft, draft.end)
    const merged = request.prepareWrite(session, given.text)
    rebase(draft, base, given.text, dataIn(session) as Data)
    draft.cookie = session.cookie
    draft[MARKS] = request.lifetime?.marksOf(session.id) ?? draft[MARKS]
    draft.end = storedEnd(request, session)
    return { writer: this, given: merged, whole: false, draft }
  }

  override storedForm({ draft }: Made): SessionData {
    return storedForm(this.request, this.session, draft && { data: draft.data })
  }

  override written(): void {
    announceCreated(this.request, this.session)
    this.finish()
  }

  override missing(): void {
    endedElsewhere(this.transaction, err => this.finish(err), this.storeClient.grace.ms > 0)
  }
}

function saveAsItIs(exchange: ExchangeState, session: Session, done: Callback, text?: string): void {
  let given: Written
  turnTo(exchange, session)
  try {
    given = exchange.prepareWrite(session, text)
  } catch (unserialisable) {
    return done(unserialisable)
  }
  exchange.storeClient.set(given.id, storedForm(exchange, session), err => {
    turnTo(exchange, session)
    if (!err) exchange.stored(given)
    if (!err) announceCreated(exchange, session)
    done(err)
  })
}
