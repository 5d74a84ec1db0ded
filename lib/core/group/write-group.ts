import { isDeepStrictEqual } from 'node:util'
import { AT_ONCE, Attempts } from '../concurrency/attempts'
import type { Deadline } from '../concurrency/deadline'
import { refusesVersion } from '../errors/store-errors'
import { PENDING } from '../record/pending'
import { RecordDraft } from '../record/record-draft'
import { MARKS } from '../record/reserved-key'
import { serializeData } from '../record/serialize-data'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'
import type { ResultCallback } from '../../primitives/callbacks'
import type { ReadCallback, Outcome } from '../store/contract'
import type { Made, Member, Writer } from './member'
import { GroupMembers } from './members'

/** The longest pause before a later attempt, in milliseconds. */
const APART = 32

/** The changes of all members that did not fail, in the order of the queue. */
interface Fold {
  readonly changes: readonly Made[]
  readonly last: Made
  /** The record to write. */
  readonly stored: SessionData
  /** Whether it has the data of only one request. */
  readonly whole: boolean
}

/**
 * Writes the changes of one or more requests to a session at once, on the condition that no other process has written meanwhile. If the store
 * refuses, the record is read and all changes are applied to it again. A lone save is a group of one.
 */
export class WriteGroup {
  readonly #members: GroupMembers
  #attempts: Attempts | undefined

  /** @param joined the members that began with the first one, oldest first. At least one member of the group writes */
  constructor(first: Member, joined: readonly Member[]) {
    this.#members = new GroupMembers(first, joined)
  }

  /** Called first. */
  enter(): void {
    this.#members.enter()
  }

  write(): void {
    const members = this.#members
    const first = members.firstWriter
    if (!first) return this.#members.each(touchAlone)
    const { base, active, isCurrent } = first.transaction
    // An app may save a session that was neither read nor generated: then there is no version to compare
    if (!base) return this.#attempt(undefined, isNew(first) ? null : undefined)
    const reads = members.someWriter(readsFirst)
    if (isCurrent && !reads && this.#knows(first)) return this.#attempt(undefined, base.version)
    if (active.lastWrite && !reads) this.#attempt(RecordDraft.parse(active.lastWrite.text), active.lastWrite.version)
    else this.#read()
  }

  /**
   * Whether the store can be assumed to have what this member has read, unless another request of this process has written it. A store with
   * compareAndSet refuses otherwise.
   */
  #knows({ transaction, storeClient }: Writer): boolean {
    return storeClient.compares ? transaction.base?.version !== undefined : !this.#members.someWriter(rereads)
  }

  #read(): void {
    this.#get((err, record, version) => {
      if (err) return this.#fail(err)
      this.#members.each(member => (!record || member.transaction.isEnded || member.request.isOver(record)) && member.missing())
      const first = this.#members.firstWriter
      if (!record || !first) return this.#members.each(touchAlone)
      const draft = this.#orFail(() => draftOf(first, record, version, this.#attempts))
      if (draft) this.#attempt(draft, version ?? undefined)
    })
  }

  /** @param draft the stored record; undefined if the first writer has read it */
  #attempt(draft: RecordDraft | undefined, version: Version | null | undefined): void {
    const fold = this.#fold(draft)
    if (!fold) return this.write()
    const { stored, whole, last } = fold
    const { storeClient, transaction } = last.writer
    const { id, base, isCurrent } = transaction
    const { deadline } = this.#members
    const answered: ResultCallback<Outcome> = (err, outcome) => this.#answered(fold, isCurrent, err, outcome)
    // With the strictest method that the store has
    if (version !== undefined && storeClient.compares) {
      const text = whole && hasText(last, stored) ? last.given.text : undefined
      storeClient.compareAndSet(id, stored, { version, text }, answered, deadline)
    } else if (base && storeClient.updates)
      storeClient.update(id, stored, (err, updated) => answered(err, { ok: updated === true }), deadline)
    else storeClient.set(id, stored, err => answered(err, { ok: true }), deadline)
  }

  /** @param wasCurrent whether no other request of this process had written before */
  #answered(fold: Fold, wasCurrent: boolean, err: unknown, outcome: Outcome | undefined): void {
    if (!err && outcome?.ok) return this.#wrote(fold, outcome.version)
    const attempts = (this.#attempts ??= new Attempts())
    if (!err) return tryAgain(() => this.#read(), ++attempts.refused, this.#members.deadline)
    const { writer, given } = fold.last
    if (wasCurrent && fold.changes.length === 1) writer.transaction.failed(given)
    if (canLookUpOutcome(writer) && attempts.mayRepeat(err)) this.#readLost(fold, attempts)
    else this.#fail(err)
  }

  /** @returns undefined if no writer is left, or the only one that knew the record has failed */
  #fold(draft: RecordDraft | undefined): Fold | undefined {
    if (this.#members.isOne) return this.#foldOne(draft)
    const { writers } = this.#members
    const changes: Made[] = []
    let next = draft
    for (const writer of writers) {
      const made = this.#members.ask(writer, next)
      if (made) changes.push(made)
      else if (!next) return undefined
      if (made && writer !== writers.at(-1)) next = made.draft ?? this.#members.draftOf(made)
    }
    const last = changes.at(-1)
    const stored = last && this.#members.form(last)
    return stored && { changes, last, stored, whole: changes.length === 1 && last.whole }
  }

  #foldOne(draft: RecordDraft | undefined): Fold | undefined {
    const writer = this.#members.firstWriter
    const made = writer && this.#members.ask(writer, draft)
    const stored = made && this.#members.form(made)
    return stored && { changes: [made], last: made, stored, whole: made.whole }
  }

  /** All members know the result before the first callback runs. */
  #wrote({ changes, last, stored, whole }: Fold, version: Version | undefined): void {
    for (const { writer, given } of changes) {
      if (writer.isFinished) continue
      writer.request.stored(given)
      writer.transaction.wrote({ text: given.text, cookie: given.cookie, version }, whole)
    }
    last.writer.transaction.active.wrote(stored, last.given.cookie, version)
    for (const made of changes) if (!made.writer.isFinished) this.#members.for(made.writer, tellWriter, made)
    this.#members.each(tellTouch)
  }

  /** The reply to a write was lost, perhaps with the connection. The stored record tells whether it was made. */
  #readLost(fold: Fold, attempts: Attempts): void {
    this.#get((err, record, version) => {
      if (err) return attempts.mayRead(err) ? this.#readLost(fold, attempts) : this.#fail(err)
      const first = this.#members.firstWriter
      if (!first) return this.#members.each(touchAlone)
      const { base } = first.transaction
      if (!record) return base ? this.#members.each(member => member.missing()) : this.#attempt(undefined, null)
      const text = fold.whole ? fold.last.given.text : serializeData(fold.stored)
      const stored = this.#orFail(() => serializeData(record))
      if (stored === undefined) return
      if (isSameText(text, stored)) return this.#wrote(fold, version)
      if (!base) return this.#fail(first.request.idInUse())
      this.#attempt(RecordDraft.of(record, stored), version ?? undefined)
    })
  }

  #get(read: ReadCallback): void {
    const { storeClient, transaction } = this.#members.first
    storeClient.get(transaction.id, read, this.#members.deadline)
  }

  /** @param act looks into a record, and throws if it cannot be used */
  #orFail<Value>(act: () => Value): Value | undefined {
    try {
      return act()
    } catch (unusable) {
      this.#fail(unusable)
      return undefined
    }
  }

  #fail(err: unknown): void {
    this.#members.each(member => member.finish(err))
  }
}

/** Whether the data of the record are those of the session. With hashed IDs, data in the form of a pending move are not stored. */
function hasText({ writer, given }: Made, stored: SessionData): boolean {
  return !(MARKS in stored) && !(writer.storeClient.keys.mode && given.text.includes(PENDING))
}

function readsFirst(writer: Writer): boolean {
  return writer.readsEnd || writer.seemsOver
}

function rereads(writer: Writer): boolean {
  return writer.rereads
}

function tellWriter(writer: Writer, made: Made): void {
  writer.written(made)
}

function tellTouch(touch: Member): void {
  touch.written()
  if (!touch.isFinished) touchAlone(touch)
}

/** The touches are made on their own: no writer is left, or none has moved the end as far. */
function touchAlone(touch: Member): void {
  touch.deadline.rest()
  touch.begin([])
}

function isNew({ request, transaction }: Writer): boolean {
  return request.generated === transaction.id
}

/** Whether the record tells if a lost write was made: this request has generated the session, and the store compares versions. */
function canLookUpOutcome(writer: Writer): boolean {
  return isNew(writer) && writer.storeClient.compares && !writer.storeClient.answersAtOnce
}

/** Whether the record of a new ID comes from an earlier write of this request whose outcome was unknown. */
function recognise({ transaction }: Writer, record: SessionData, version: Version | undefined): boolean {
  const text = serializeData(record)
  if (!transaction.tried?.some(tried => isSameText(tried, text))) return false
  transaction.base = { text, cookie: record.cookie, version }
  return true
}

/** @throws if the record is of another session, is refused by the store that returned it, or cannot be expressed in JSON */
function draftOf(first: Writer, record: SessionData, version: Version | undefined, attempts: Attempts | undefined): RecordDraft {
  if (!first.transaction.base && !recognise(first, record, version)) throw first.request.idInUse()
  if (attempts?.isStalled(record)) throw refusesVersion()
  return RecordDraft.of(record)
}

/** Whether two texts have the same data. Some engines put the keys in another order. */
function isSameText(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other))
}

/** The first attempts follow at once, later ones after a random time. */
export function tryAgain(act: () => void, refused: number, deadline: Deadline): void {
  if (refused <= AT_ONCE) return act()
  const timer = setTimeout(() => {
    deadline.rest()
    act()
  }, Math.random() * APART)
  deadline.wait(() => {
    clearTimeout(timer)
    // The next call fails, because the deadline has passed
    act()
  })
}
