import { inThisContext } from '../../primitives/async-context'
import { setImmediate } from '../../primitives/set-immediate'
import type { Deadline } from './deadline'

/** Calls to the store that are made when their turn has come. */
export interface Task {
  /** Makes the calls, and calls `ended` of the queue when the store has responded. */
  begin(): void
  /** Its turn has not come in time. */
  giveUp(err: Error): void
  readonly deadline: Deadline
  /** May run at the same time as other shared tasks. */
  readonly shared?: boolean
}

/**
 * Runs tasks one after another, except that shared tasks run at the same time. A task calls the store and nothing else: it never waits for a handler, so
 * that no two tasks wait for each other.
 */
export class TaskQueue {
  /** The tasks that wait, the oldest first; undefined if none waits, which is the usual case. */
  #waiting: Task[] | undefined
  #running = 0
  #sharing = false
  #starting = false

  run(task: Task): void {
    if (!this.#waiting && this.#mayBegin(task)) return this.#begin(task)
    // The task before it begins it, which may belong to another request
    const begin = inThisContext(() => task.begin())
    const queued: Task = { begin, giveUp: err => task.giveUp(err), deadline: task.deadline, shared: task.shared === true }
    this.#waiting ??= []
    this.#waiting.push(queued)
    this.#beginWaiting()
    if (this.#waiting?.includes(queued)) task.deadline.wait(err => this.#giveUp(queued, err))
  }

  /** No task runs, and none waits. */
  get isIdle(): boolean {
    return this.#running === 0 && !this.#waiting
  }

  /** Called by a task when the store has responded. */
  ended(): void {
    this.#running--
    if (this.#waiting) this.#beginWaiting()
  }

  #giveUp(task: Task, err: Error): void {
    this.#waiting = this.#waiting?.filter(other => other !== task)
    if (this.#waiting?.length === 0) this.#waiting = undefined
    task.giveUp(err)
  }

  /** In a loop, because a task may end before it returns, and many may wait. */
  #beginWaiting(): void {
    if (this.#starting) return
    this.#starting = true
    try {
      for (let first = this.#waiting?.[0]; first && this.#mayBegin(first); first = this.#waiting?.[0]) {
        this.#waiting?.shift()
        this.#begin(first)
      }
      if (this.#waiting?.length === 0) this.#waiting = undefined
    } catch (thrown) {
      // Thrown by a callback of the app; the other tasks go on
      setImmediate(() => this.#beginWaiting())
      throw thrown
    } finally {
      this.#starting = false
    }
  }

  #mayBegin({ shared }: Task): boolean {
    return this.#running === 0 || (shared === true && this.#sharing)
  }

  #begin(task: Task): void {
    this.#running++
    this.#sharing = task.shared === true
    task.deadline.rest()
    task.begin()
  }
}
