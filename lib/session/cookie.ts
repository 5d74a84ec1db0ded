import { Cookie } from '../core/record/cookie'

export = Cookie
