import { Cookie } from '../core/cookie'

export = Cookie
