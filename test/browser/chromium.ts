import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { newFolder } from '../package/installation'
import { suiteNeeds } from '../support/suite-needs'

/** Its names in the packages of operating systems. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** Chromium without windows and without settings. It needs half of the processor time. */
const SHELL = 'chromium-headless-shell'

const LAUNCH = {
  args: [
    // Any host of the tests is this machine. RFC 6761 section 6.2 reserves the domain for tests
    '--host-resolver-rules=MAP *.test 127.0.0.1',
    // In a container it has only 64 MB
    '--disable-dev-shm-usage',
  ],
  // The sandbox does not work as root
  chromiumSandbox: process.getuid?.() !== 0,
}
/** The TLS certificates of these tests are self-signed. */
const SELF_SIGNED = { ignoreHTTPSErrors: true }

/** A browser context with its own cookie jar, and its pages. */
export class Person {
  constructor(private readonly context: BrowserContext) {}

  async page(): Promise<Page> {
    return this.context.newPage()
  }

  /** The cookies of the browser, with the attributes as it has interpreted them. */
  async cookies(): Promise<Kept[]> {
    const page = this.context.pages()[0] ?? (await this.page())
    const session = await this.context.newCDPSession(page)
    const { cookies } = (await session.send('Network.getAllCookies' as never)) as unknown as { cookies: Kept[] }
    return cookies
  }
}

/** A cookie in the DevTools protocol. */
export interface Kept {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  /** In seconds since 1970; -1 for a cookie without an expiry. */
  readonly expires: number
  readonly httpOnly: boolean
  readonly secure: boolean
  /** Missing if the server has not set it; Chromium then treats it as `Lax`. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None'
  readonly priority: 'Low' | 'Medium' | 'High'
  /** `hasCrossSiteAncestor`: it is in a frame of another site. */
  readonly partitionKey?: { readonly topLevelSite: string; readonly hasCrossSiteAncestor: boolean }
}

/**
 * Starts Chromium for the suite that it is called in. The suite is skipped if Chromium is not installed.
 *
 * @returns a function that makes a new person, with a cookie jar of their own
 */
export function useChromium(): Enter {
  const executablePath = program(NAMES)
  let browser: Browser | undefined
  const people: BrowserContext[] = []
  suiteNeeds('Chromium', () => {
    if (!executablePath) throw new Error(`none of ${NAMES.join(', ')} is installed`)
  })
  before(async function () {
    this.timeout(60_000)
    browser = await chromium.launch({ executablePath: program([SHELL]) ?? executablePath, ...LAUNCH })
  })
  beforeEach(function () {
    this.currentTest?.timeout(30_000)
  })
  afterEach(async () => {
    for (const context of people.splice(0)) await context.close()
  })
  after(async () => browser?.close())
  return async settings => {
    const context = settings
      ? await chromium.launchPersistentContext(profileWith(settings), { executablePath, ...LAUNCH, ...SELF_SIGNED })
      : await (browser as Browser).newContext(SELF_SIGNED)
    people.push(context)
    return new Person(context)
  }
}

/** How Chromium treats the cookies of other sites that a page embeds. */
export type Settings = 'allow' | 'block'

type Enter = (settings?: Settings) => Promise<Person>

/** A profile with "Third-party cookies" of Chromium's settings. */
function profileWith(settings: Settings): string {
  const folder = newFolder('profile-')
  mkdirSync(join(folder, 'Default'))
  const profile = { cookie_controls_mode: settings === 'block' ? 1 : 0 }
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }))
  return folder
}

function program(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap(folder => names.map(name => join(folder, name))).find(file => existsSync(file))
}
