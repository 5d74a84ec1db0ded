import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { DEMOS } from '../examples/demos'
import { useServers } from '../support/wire'
import { PROTOCOLS, serve } from './browser-site'
import { useChromium } from './chromium'

const CASES = Object.entries(DEMOS).flatMap(([host, one]) => PROTOCOLS.map(protocol => ({ host, protocol, ...one })))

for (const { host, protocol, demo, cookies } of CASES) {
  describe(`the demo on ${host} in Chromium, over ${protocol.toUpperCase()}`, () => {
    const someone = useChromium()
    useServers()

    async function site(): Promise<string> {
      return (await serve(protocol, demo()))('shop.test')
    }

    it('greets the user after a login by form and a redirect, with a new ID', async () => {
      const page = await (await someone()).page()
      await page.goto(await site())
      const before = await idOn(page)
      await logIn(page, 'Ada')
      expect(await page.getByRole('heading', { level: 2 }).first().textContent()).to.equal('Hello, Ada')
      expect(await page.getByRole('status').first().textContent()).to.equal('Logged in as Ada: your session has a new id.')
      expect(await idOn(page)).to.not.equal(before)
    })

    it('shows the cookie of the browser', async () => {
      const ada = await someone()
      const page = await ada.page()
      await page.goto(await site())
      const shown = cookies((await idOn(page)) ?? '', (await page.locator('.signature').textContent()) ?? '')
      const kept = await ada.cookies()
      expect(Object.fromEntries(kept.map(({ name, value }) => [name, decodeURIComponent(value)]))).to.deep.equal(shown)
      for (const { expires, ...cookie } of kept) {
        expect(cookie).to.include({
          domain: 'shop.test',
          path: '/',
          httpOnly: true,
          secure: protocol === 'https',
          sameSite: 'Lax',
        })
        expect(expires * 1000 - Date.now()).to.be.within(3_590_000, 3_601_000)
      }
    })

    it('ends the session at logout, also with the back button', async () => {
      const page = await (await someone()).page()
      await page.goto(await site())
      await logIn(page, 'Ada')
      const inside = await idOn(page)
      await page.getByRole('button', { name: 'Log out' }).click()
      expect(await greeting(page)).to.equal('Hello, guest')
      expect(await idOn(page)).to.not.equal(inside)
      await page.goBack()
      expect(await greeting(page)).to.equal('Hello, guest')
    })

    it('has the same session in two tabs, and another one in another browser', async () => {
      const ada = await someone()
      const address = await site()
      const [here, there] = [await ada.page(), await ada.page()]
      await here.goto(address)
      await logIn(here, 'Ada')
      await there.goto(address)
      expect(await greeting(there)).to.equal('Hello, Ada')
      await there.getByRole('button', { name: 'Add one Desk lamp' }).click()
      await here.reload()
      expect(await here.locator('.total strong').textContent()).to.equal('€39.00')
      await there.getByRole('button', { name: 'Log out' }).click()
      await here.reload()
      expect(await greeting(here)).to.equal('Hello, guest')
      const bob = await (await someone()).page()
      await bob.goto(address)
      expect([await greeting(bob), await bob.locator('.visits').textContent()]).to.deep.equal(['Hello, guest', '1'])
    })

    it('lists the devices of a user, and logs out one of them, or all others', async () => {
      const address = await site()
      const [here, there, third] = [await (await someone()).page(), await (await someone()).page(), await (await someone()).page()]
      for (const page of [here, there, third]) {
        await page.goto(address)
        await logIn(page, 'Grace')
      }
      const devices = here.locator('.devices li')
      await here.reload()
      expect(await devices.count()).to.equal(3)
      expect(await devices.first().locator('small').textContent()).to.match(/^this device, since /)
      await devices.nth(1).getByRole('button').click()
      await here.getByText('That session has ended.').waitFor()
      expect(await devices.count()).to.equal(2)
      for (const page of [there, third]) await page.reload()
      expect([await greeting(there), await greeting(third)]).to.deep.equal(['Hello, guest', 'Hello, Grace'])
      await here.getByRole('button', { name: 'End all others' }).click()
      await here.getByText('One other session has ended.').waitFor()
      await third.reload()
      expect([await greeting(here), await greeting(third)]).to.deep.equal(['Hello, Grace', 'Hello, guest'])
      await devices.first().getByRole('button').click()
      await here.getByText('Hello, guest').waitFor()
    })

    it('serves fifty concurrent fetches of one session, and keeps the key of each', async () => {
      const ada = await someone()
      const page = await ada.page()
      await page.goto(await site())
      const answers = await page.evaluate(async () => {
        const lane = '/race/resession'
        await fetch(`${lane}/start`, { method: 'POST' })
        const keys = Array.from({ length: 50 }, (_, index) => index + 1)
        const statuses = await Promise.all(keys.map(async key => (await fetch(`${lane}/keys/${key}`, { method: 'POST' })).status))
        return { statuses, kept: ((await (await fetch(lane)).json()) as { kept: number[] }).kept }
      })
      expect(answers.statuses).to.deep.equal(Array.from({ length: 50 }, () => 200))
      expect(answers.kept).to.have.length(50)
      expect((await ada.cookies()).filter(({ name }) => name === 'race.sid')).to.have.length(1)
    })
  })
}

describe('the race of the demo in Chromium', () => {
  const someone = useChromium()
  useServers()

  for (const [host, { demo, rival }] of Object.entries(DEMOS)) {
    it(`shows on ${host} that all fifty keys are kept, and only some by ${rival}`, async () => {
      const page = await (await someone()).page()
      await page.goto((await serve('http', demo()))('shop.test'))
      await page.getByRole('button', { name: 'Send 50 requests to each' }).click()
      await page.getByText(/^Of 50 keys/).waitFor()
      const [ours, theirs] = await page.locator('.lane .result').allTextContents()
      expect(ours).to.equal('50 of 50 kept')
      expect(Number.parseInt(theirs ?? '')).to.be.within(1, 10)
      expect(await page.getByText(/^Of 50 keys/).textContent()).to.contain(`${rival} kept`)
    })
  }
})

async function logIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

async function greeting(page: Page): Promise<string | null> {
  return page.locator('#you').textContent()
}

async function idOn(page: Page): Promise<string | null> {
  return page.locator('.id').textContent()
}
