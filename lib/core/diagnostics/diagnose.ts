import { channel } from 'node:diagnostics_channel'
import { isSilent, report, warnOnce } from './warnings'

/** Why a session is not kept, or may be lost, as a code. docs/troubleshooting.md has a heading for each. */
export type Reason = keyof typeof REASONS

/** The channels of diagnoses, each with its reasons. */
const CHANNELS = {
  /** A response that should carry the cookie does not. */
  withheld: channel('resession:cookie-withheld'),
  /** A cookie of a client is not valid. */
  rejected: channel('resession:cookie-rejected'),
  /** A cookie was sent that browsers do not keep. */
  dropped: channel('resession:cookie-dropped'),
  /** A cookie was sent without `Secure`, though the client seems to use HTTPS. */
  exposed: channel('resession:cookie-exposed'),
  /** A client has sent several cookies of the name. */
  repeated: channel('resession:cookie-repeated'),
  /** A request has no session of this middleware. */
  skipped: channel('resession:session-skipped'),
  /** A change of a session is not stored. */
  unsaved: channel('resession:session-unsaved'),
  /** A session has no idle or absolute timeout, though the options say so. */
  unlimited: channel('resession:session-unlimited'),
  /** The list of a user's sessions is damaged. */
  registry: channel('resession:registry-corrupt'),
  /** A listener of the app for events has failed. */
  listener: channel('resession:listener-failed'),
  /** The store is not meant for this use. */
  store: channel('resession:store-unsuitable'),
  /** An option is misspelt, or its value is probably not what was meant. */
  option: channel('resession:option-mistake'),
} as const

interface Meaning {
  readonly channel: keyof typeof CHANNELS
  /** Of the warning. */
  readonly code: string
}

const REASONS = {
  'insecure-connection': { channel: 'withheld', code: 'RESESSION_COOKIE_WITHHELD' },
  'headers-sent': { channel: 'withheld', code: 'RESESSION_HEADERS_SENT' },
  'invalid-signature': { channel: 'rejected', code: 'RESESSION_COOKIE_REJECTED' },
  'no-signature': { channel: 'rejected', code: 'RESESSION_COOKIE_REJECTED' },
  'same-site-none': { channel: 'dropped', code: 'RESESSION_DROPPED_COOKIE' },
  'too-large': { channel: 'dropped', code: 'RESESSION_COOKIE_TOO_LARGE' },
  'not-secure': { channel: 'exposed', code: 'RESESSION_COOKIE_NOT_SECURE' },
  'several-cookies': { channel: 'repeated', code: 'RESESSION_SEVERAL_COOKIES' },
  'path-never-matches': { channel: 'skipped', code: 'RESESSION_PATH_MISMATCH' },
  'second-middleware': { channel: 'skipped', code: 'RESESSION_SECOND_MIDDLEWARE' },
  'read-only': { channel: 'unsaved', code: 'RESESSION_READ_ONLY' },
  'key-lost': { channel: 'unlimited', code: 'RESESSION_KEY_LOST' },
  'key-taken': { channel: 'unlimited', code: 'RESESSION_KEY_TAKEN' },
  'registry-corrupt': { channel: 'registry', code: 'RESESSION_REGISTRY_CORRUPT' },
  'listener-failed': { channel: 'listener', code: 'RESESSION_LISTENER_FAILED' },
  'memory-store-in-cluster': { channel: 'store', code: 'RESESSION_MEMORY_STORE' },
  'memory-store-in-production': { channel: 'store', code: 'RESESSION_MEMORY_STORE' },
  'unknown-option': { channel: 'option', code: 'RESESSION_UNKNOWN_OPTION' },
  'boolean-option': { channel: 'option', code: 'RESESSION_BOOLEAN_OPTION' },
  'dropped-cookie': { channel: 'option', code: 'RESESSION_DROPPED_COOKIE' },
  'number-in-expires': { channel: 'option', code: 'RESESSION_NUMBER_IN_EXPIRES' },
  'missing-secret': { channel: 'option', code: 'RESESSION_MISSING_SECRET' },
  'short-lifetime': { channel: 'option', code: 'RESESSION_SHORT_LIFETIME' },
  'short-secret': { channel: 'option', code: 'RESESSION_SHORT_SECRET' },
} as const satisfies Record<string, Meaning>

/** The code of a diagnosis. */
export type WarningCode = (typeof REASONS)[Reason]['code']

/** A mistake in the options. */
export interface OptionWarning {
  readonly code: WarningCode
  readonly message: string
}

/** The reason of a mistake in the options. */
function mistakeOf(code: WarningCode): Reason {
  const reasons = Object.keys(REASONS) as Reason[]
  return reasons.find(reason => REASONS[reason].channel === 'option' && REASONS[reason].code === code) ?? 'unknown-option'
}

/** The published message. It has no IDs and no values of cookies. */
export interface Diagnosis {
  readonly reason: Reason
  /** The code of the warning. */
  readonly code: WarningCode
  /** The name of the cookie. */
  readonly name: string
  /** The error of a listener. */
  readonly error?: unknown
}

/** The middleware that a diagnosis is about. */
export interface Diagnosed {
  readonly name: string
  /** Whether warnings are printed. Subscribers of the channels are told in any case. */
  readonly diagnostics: boolean
}

/**
 * Publishes why a session is not kept, and warns once in the process for each reason and name.
 *
 * @param describe makes the text of the warning
 */
export function diagnose(about: Diagnosed, reason: Reason, describe: () => string, error?: unknown): void {
  const { code } = REASONS[reason]
  publish(about, reason, error)
  const key = `${reason} ${about.name}`
  if (about.diagnostics && !isSilent(key)) warnOnce(key, { code, message: describe() })
}

/** Publishes mistakes in the options, and warns once in the process for each. */
export function diagnoseOptions(about: Diagnosed, warnings: readonly OptionWarning[]): void {
  for (const { code } of warnings) publish(about, mistakeOf(code))
  if (about.diagnostics) report(warnings)
}

function publish({ name }: Diagnosed, reason: Reason, error?: unknown): void {
  const { channel, code } = REASONS[reason]
  if (CHANNELS[channel].hasSubscribers)
    CHANNELS[channel].publish({ reason, code, name, ...(error !== undefined && { error }) } satisfies Diagnosis)
}
