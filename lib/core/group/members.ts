import type { Deadline } from '../concurrency/deadline'
import { deliver } from '../../primitives/callbacks'
import { RecordDraft } from '../record/record-draft'
import type { SessionData } from '../record/session-data'
import { isWriter, type Made, type Member, type Writer } from './member'

/** The members of a group that have not finished. Each may fail or time out before the others. Most groups have one member, and need no lists. */
export class GroupMembers {
  /** Every member has the session and the store of the group. */
  readonly first: Member
  readonly #joined: readonly Member[]

  /** @param joined the members after the first one, oldest first */
  constructor(first: Member, joined: readonly Member[]) {
    this.first = first
    this.#joined = joined
  }

  enter(): void {
    // A member that times out leaves the group
    if (!this.isOne) for (const member of this.#left) member.deadline.wait(err => member.finish(err))
    this.each(enter)
  }

  get isOne(): boolean {
    return this.#joined.length === 0
  }

  get writers(): readonly Writer[] {
    return this.#left.filter(isWriter)
  }

  get firstWriter(): Writer | undefined {
    const { first } = this
    if (!first.isFinished && isWriter(first)) return first
    return this.isOne ? undefined : this.#joined.find((member): member is Writer => !member.isFinished && isWriter(member))
  }

  someWriter(needs: (writer: Writer) => boolean): boolean {
    const { first } = this
    return this.isOne ? !first.isFinished && isWriter(first) && needs(first) : this.writers.some(needs)
  }

  /** The deadline of the group's calls: that of the last member, which is the latest. */
  get deadline(): Deadline {
    return this.isOne ? this.first.deadline : (this.#joined.findLast(({ isFinished }) => !isFinished) ?? this.first).deadline
  }

  each(act: (member: Member) => void): void {
    if (!this.isOne) for (const member of this.#left) this.for(member, act)
    else if (!this.first.isFinished) perform(this.first, act, undefined)
  }

  /**
   * Calls a function in the async context of a member. An error that it throws is that member's. An error of the member's callback does not reach the
   * others.
   */
  for<M extends Member, With>(member: M, act: (member: M, given: With) => void, given?: With): void {
    if (this.isOne) return perform(member, act, given as With)
    deliver(() => (member.context ? member.context(() => perform(member, act, given as With)) : perform(member, act, given as With)))
  }

  /** @returns undefined if the writer fails */
  ask(writer: Writer, draft: RecordDraft | undefined): Made | undefined {
    if (this.isOne) return make(writer, draft)
    let made: Made | undefined
    this.for(writer, () => void (made = writer.make(draft)))
    return made
  }

  /** The record of a change. @returns undefined if its writer fails */
  form(made: Made): SessionData | undefined {
    if (this.isOne) return form(made)
    let stored: SessionData | undefined
    this.for(made.writer, () => void (stored = made.writer.storedForm(made)))
    return stored
  }

  /** The record of a change, for the next writer. @returns undefined if its writer fails */
  draftOf(made: Made): RecordDraft | undefined {
    const stored = this.form(made)
    return stored && RecordDraft.of(stored, made.given.text)
  }

  get #left(): readonly Member[] {
    return [this.first, ...this.#joined].filter(({ isFinished }) => !isFinished)
  }
}

function enter(member: Member): void {
  member.enter()
}

function make(writer: Writer, draft: RecordDraft | undefined): Made | undefined {
  try {
    return writer.make(draft)
  } catch (thrown) {
    if (writer.isFinished) throw thrown
    writer.finish(thrown)
    return undefined
  }
}

function form(made: Made): SessionData | undefined {
  const { writer } = made
  try {
    return writer.storedForm(made)
  } catch (thrown) {
    writer.finish(thrown)
    return undefined
  }
}

function perform<M extends Member, With>(member: M, act: (member: M, given: With) => void, given: With): void {
  try {
    act(member, given)
  } catch (thrown) {
    // The callback has thrown
    if (member.isFinished) throw thrown
    member.finish(thrown)
  }
}
