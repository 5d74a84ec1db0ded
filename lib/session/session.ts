import { Session } from '../core/session/session'

export = Session
