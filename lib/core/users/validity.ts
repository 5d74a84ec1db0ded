import { ask } from '../../primitives/ask'
import type { Callback } from '../../primitives/callbacks'
import { isEmpty } from '../record/session-data'
import { shownOf } from '../record/session-view'
import type { Read } from '../record/snapshot'
import type { Host, Session } from '../session/session'
import type { UserOptions } from '../settings/request-options'
import type { UserContext } from './user-of'

/** The part of an exchange that decides whether the app may use its session. */
export interface Judged<H extends Host> extends UserContext {
  readonly host: H
  readonly settings: UserContext['settings'] & Pick<UserOptions<H>, 'validate'>
}

/** Whether it has to be asked if a session that was read is still valid. */
export function isQuestioned<H extends Host>({ settings: { validate }, isSnapshot }: Judged<H>, { record }: Read): boolean {
  return validate !== undefined && !(isSnapshot && isEmpty(record))
}

/** @param done receives whether the session on the host is still valid; an error if that is not known */
export function judge<H extends Host>(exchange: Judged<H>, done: Callback<boolean>): void {
  const { validate } = exchange.settings
  if (!validate) return done(null, true)
  ask(
    exchange,
    host => validate(shownOf(host.session as Session), host),
    (_exchange, isValid) => done(null, Boolean(isValid)),
    err => done(err),
  )
}
