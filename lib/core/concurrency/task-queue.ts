import { thisContext, type Context } from '../../primitives/async-context'
import { setImmediate } from '../../primitives/set-immediate'
import type { Deadline } from './deadline'

/** Calls to the store that wait for their turn. */
export interface Task {
  /**
   * Makes the calls. Each task that has begun calls `ended` of the queue at its end.
   *
   * @param joined the tasks from `joining`, which have begun too
   */
  begin(joined: readonly Task[]): void
  /** The task has timed out before its turn. */
  giveUp(err: Error): void
  readonly deadline: Deadline
  /** May run at the same time as other shared tasks. */
  readonly shared?: boolean
  /**
   * @param waiting the tasks behind this one, oldest first
   * @returns the first ones of them, which begin together with this one
   */
  joining?(waiting: Iterable<Task>): readonly Task[]
  /** Set by the queue if the task waits, because a task of another request begins it. */
  context?: Context | undefined
}

/** No other task begins with a task. */
export const NONE: readonly never[] = []

/**
 * Runs tasks one after another. Shared tasks run at the same time, and a task may include the tasks that wait behind it. A task only calls the store
 * and never waits for a handler, so two tasks never wait for each other. A task without waiting takes 3 nanoseconds; with async-mutex it takes 1.8
 * microseconds (`npm run structures`), and a synchronous store would become asynchronous.
 */
export class TaskQueue {
  /** The waiting tasks, oldest first; undefined if none waits, which is the usual case. */
  #waiting: Set<Task> | undefined
  #running = 0
  #sharing = false
  #starting = false

  run(task: Task): void {
    if (!this.#waiting && this.#mayBegin(task)) {
      this.#running++
      this.#sharing = task.shared === true
      return task.begin(NONE)
    }
    task.context = thisContext()
    this.#waiting ??= new Set()
    this.#waiting.add(task)
    this.#beginWaiting()
    if (this.#waiting?.has(task)) task.deadline.wait(err => this.#giveUp(task, err))
  }

  /** No task runs, and none waits. */
  get isIdle(): boolean {
    return this.#running === 0 && !this.#waiting
  }

  /** Called by a task at its end. */
  ended(): void {
    this.#running--
    if (this.#waiting) this.#beginWaiting()
  }

  #giveUp(task: Task, err: Error): void {
    this.#remove([task])
    task.giveUp(err)
  }

  #remove(tasks: readonly Task[]): void {
    for (const task of tasks) this.#waiting?.delete(task)
    if (this.#waiting?.size === 0) this.#waiting = undefined
  }

  /** A loop, because a task may end before it returns, and many may wait. */
  #beginWaiting(): void {
    if (this.#starting) return
    this.#starting = true
    try {
      for (let first = this.#first(); first && this.#mayBegin(first); first = this.#first()) {
        this.#remove([first])
        const joined = (this.#waiting && first.joining?.(this.#waiting)) ?? NONE
        this.#remove(joined)
        this.#begin(first, joined)
      }
    } catch (thrown) {
      // A callback of the app has thrown; the other tasks continue
      setImmediate(() => this.#beginWaiting())
      throw thrown
    } finally {
      this.#starting = false
    }
  }

  #first(): Task | undefined {
    if (!this.#waiting) return undefined
    const [first] = this.#waiting
    return first
  }

  #mayBegin({ shared }: Task): boolean {
    return this.#running === 0 || (shared === true && this.#sharing)
  }

  #begin(task: Task, joined: readonly Task[]): void {
    this.#running += 1 + joined.length
    this.#sharing = task.shared === true && joined.length === 0
    task.deadline.rest()
    for (const { deadline } of joined) deadline.rest()
    if (task.context) task.context(() => task.begin(joined))
    else task.begin(joined)
  }
}
