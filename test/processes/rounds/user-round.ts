import type { Batch } from './batch'
import type { Told } from './acts'

/** How many requests a client makes, one or two at a time. */
const STEPS = 4

const CLIENTS = 5

/** What the requests of a round are. */
type Name = 'enter' | 'become' | 'renew' | 'write' | 'logout' | 'leave' | 'revoke-all' | 'revoke-others' | 'revoke' | 'list'

/** In the first kind, logins evict others. In the second, no session ends. */
export const KINDS = {
  ends: [
    ...['enter', 'enter', 'enter', 'become', 'become', 'renew', 'renew', 'write', 'logout', 'leave', 'list'],
    ...['revoke-all', 'revoke-others', 'revoke'],
  ],
  stays: ['renew', 'write', 'list'],
} as const satisfies Record<string, readonly Name[]>

export type Kind = keyof typeof KINDS

interface Client {
  id: string
}

/** The requests of one user, from several clients, and what their responses promise. */
export class UserRound {
  /** The handles of sessions of the user that clients were told. */
  readonly bound = new Set<string>()
  /** Those that have ended since. */
  readonly ended = new Set<string>()
  /** The IDs that clients were told, with the handles of their sessions. */
  readonly ids = new Map<string, string | undefined>()
  /** IDs of sessions that the user may have left: the next login in such a session has the same handle. */
  readonly #leftIds = new Set<string>()
  /** Whether each request was answered. Otherwise the killed process may have been in the middle of it. */
  isComplete = true
  readonly #clients: readonly Client[]

  constructor(
    private readonly batch: Batch,
    readonly user: string,
    readonly kind: Kind,
    max: number,
  ) {
    this.#clients = Array.from({ length: kind === 'stays' ? max : CLIENTS }, () => ({ id: '' }))
  }

  static readonly requests = CLIENTS * STEPS

  get left(): ReadonlySet<string | undefined> {
    return new Set([...this.#leftIds].map(id => this.ids.get(id)))
  }

  async play(): Promise<void> {
    await Promise.all(this.#clients.map(async client => this.#use(client)))
  }

  async #use(client: Client): Promise<void> {
    const { batch } = this
    await this.#act(client, 'enter')
    // A login without a response may count, so that another one would be one too many
    if (this.kind === 'stays' && client.id === '') return
    for (let step = 1; step < STEPS; step++) {
      const names = Array.from({ length: 1 + batch.below(2) }, () => batch.oneOf<Name>(KINDS[this.kind]))
      await Promise.all(names.map(async name => this.#act(client, name)))
    }
  }

  async #act(client: Client, name: Name): Promise<void> {
    if (name.startsWith('revoke')) return this.#revoke(client, name)
    if (name === 'list') return void (await this.#ask(`list/${this.user}`, client.id))
    if (name === 'leave') this.#leftIds.add(client.id)
    const told = await this.#ask<Partial<Told>>(`${name}/${this.user}`, client.id)
    if (!told) return
    const { before, id, handle } = told
    if (before !== undefined && (name === 'logout' || name === 'enter')) this.ended.add(before)
    if (handle !== undefined && told.data?.user === this.user) this.bound.add(handle)
    if (id === undefined) return
    this.ids.set(id, handle ?? before ?? this.ids.get(id))
    if (name !== 'leave' && name !== 'write') client.id = id
  }

  async #ask<Answer>(path: string, id: string): Promise<Answer | undefined> {
    const answer = await this.batch.ask<Answer>(path, id)
    if (answer === undefined) this.isComplete = false
    return answer
  }

  /** Ends sessions whose login was answered before. */
  async #revoke(client: Client, name: Name): Promise<void> {
    const { batch, user } = this
    const before = [...this.bound]
    if (name === 'revoke') {
      if (before.length === 0) return
      const handle = batch.oneOf(before)
      if ((await this.#ask(`revoke/${user}/${handle}`, client.id)) !== undefined) this.ended.add(handle)
      return
    }
    const answer = await this.#ask<{ kept?: string }>(`${name}/${user}`, client.id)
    if (answer === undefined) return
    const kept = name === 'revoke-others' ? answer.kept : undefined
    for (const handle of before) if (handle !== kept) this.ended.add(handle)
  }
}
