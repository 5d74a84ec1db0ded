import type { Deadline } from '../concurrency/deadline'
import { deliver } from '../../primitives/callbacks'
import type { RecordDraft } from '../record/record-draft'
import { isWriter, type Made, type Member, type Writer } from './member'

/** The members of a group that have not finished. Each may fail or time out before the others. Most groups have one member. */
export class GroupMembers {
  /** @param joined the members after the first one, oldest first */
  constructor(
    /** Every member has the session and the store of the group. */
    readonly first: Member,
    private readonly joined: readonly Member[],
  ) {}

  enter(): void {
    // A member that times out leaves the group
    if (!this.#isOne) for (const member of this.#left) member.deadline.wait(err => member.finish(err))
    this.each(enter)
  }

  get writers(): readonly Writer[] {
    const { first } = this
    if (this.#isOne) return !first.isOver && isWriter(first) ? [first] : []
    return this.#left.filter(isWriter)
  }

  get firstWriter(): Writer | undefined {
    const { first } = this
    if (!first.isOver && isWriter(first)) return first
    return this.joined.find((member): member is Writer => !member.isOver && isWriter(member))
  }

  /** The deadline of the group's calls: that of the last member, which is the latest. */
  get deadline(): Deadline {
    return (this.joined.findLast(({ isOver }) => !isOver) ?? this.first).deadline
  }

  each(act: (member: Member) => void): void {
    if (!this.#isOne) for (const member of this.#left) this.for(member, act)
    else if (!this.first.isOver) perform(this.first, act)
  }

  /**
   * Calls a function in the async context of a member. An error that it throws is that member's. An error of the member's callback does not reach the
   * others.
   */
  for<M extends Member>(member: M, act: (member: M) => void): void {
    if (this.#isOne) return perform(member, act)
    deliver(() => (member.context ? member.context(() => perform(member, act)) : perform(member, act)))
  }

  /** @returns undefined if the writer fails */
  ask(writer: Writer, draft: RecordDraft | undefined): Made | undefined {
    let made: Made | undefined
    this.for(writer, () => void (made = writer.make(draft)))
    return made
  }

  get #isOne(): boolean {
    return this.joined.length === 0
  }

  get #left(): readonly Member[] {
    return [this.first, ...this.joined].filter(({ isOver }) => !isOver)
  }
}

function enter(member: Member): void {
  member.enter()
}

function perform<M extends Member>(member: M, act: (member: M) => void): void {
  try {
    act(member)
  } catch (thrown) {
    // The callback has thrown
    if (member.isOver) throw thrown
    member.finish(thrown)
  }
}
