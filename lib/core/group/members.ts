import type { Deadline } from '../concurrency/deadline'
import { deliver } from '../../primitives/callbacks'
import { isWriter, type Member, type Writer } from './member'

/** The members of a group, as far as they are not over: each may fail, or run out of time, before the others. */
export class GroupMembers {
  readonly #all: readonly [Member, ...Member[]]

  /** @param all the oldest first */
  constructor(all: readonly [Member, ...Member[]]) {
    this.#all = all
  }

  /** A member whose time is up leaves, and the others go on. */
  enter(): void {
    if (!this.#isOne) for (const member of this.#all) member.deadline.wait(err => member.finish(err))
    this.each(member => member.enter())
  }

  /** Of any of them: a group has one session of one store. */
  get one(): Member {
    return this.#all[0]
  }

  get writers(): readonly Writer[] {
    return this.#left.filter(isWriter)
  }

  get firstWriter(): Writer | undefined {
    return this.#all.find((member): member is Writer => !member.isOver && isWriter(member))
  }

  /** The deadline of the group's calls: that of the member that came last, which is the latest one. */
  get deadline(): Deadline {
    return (this.#all.findLast(({ isOver }) => !isOver) ?? this.one).deadline
  }

  each(act: (member: Member) => void): void {
    for (const member of this.#left) this.for(member, act)
  }

  /** @param act runs in the async context of the member, which fails with what this throws. What the member's callback throws does not reach the others */
  for<M extends Member>(member: M, act: (member: M) => void): void {
    if (this.#isOne) return perform(member, act)
    deliver(() => (member.context ? member.context(() => perform(member, act)) : perform(member, act)))
  }

  get #isOne(): boolean {
    return this.#all.length === 1
  }

  get #left(): readonly Member[] {
    return this.#all.filter(({ isOver }) => !isOver)
  }
}

function perform<M extends Member>(member: M, act: (member: M) => void): void {
  try {
    act(member)
  } catch (thrown) {
    // By the callback
    if (member.isOver) throw thrown
    member.finish(thrown)
  }
}
