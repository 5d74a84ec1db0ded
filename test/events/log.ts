import type { EventName, Listeners, SessionEvent } from '../../lib/core/diagnostics/session-events'

/** The events that a site has told of, in order. */
export class EventLog {
  readonly events: (SessionEvent & { readonly event: EventName })[] = []

  readonly on: Required<Listeners> = {
    created: event => this.#note('created', event),
    renewed: event => this.#note('renewed', event),
    ended: event => this.#note('ended', event),
    unknown: event => this.#note('unknown', event),
    reused: event => this.#note('reused', event),
  }

  #note(name: EventName, event: SessionEvent): void {
    this.events.push({ ...event, event: name })
  }

  /** The events since the last call, as `ended: logout`. */
  take(): string[] {
    return this.events.splice(0).map(({ event, why }) => (why ? `${event}: ${why}` : event))
  }
}
