import { Session } from '../core/session'

export = Session
