import { hasEnded } from '../../support/jar'
import type { Visit } from './scenarios'

/** The cookies of one site. They are sent until the server clears them, also after their expiry, to observe how the server treats expired ones. */
export class Jar {
  #now = new Map<string, string>()
  #before = new Map<string, string>()

  take(lines: readonly string[]): void {
    this.#before = new Map(this.#now)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      this.#now.delete(name)
      if (!hasEnded(line)) this.#now.set(name, pair.slice(name.length + 1))
    }
  }

  header(which: Visit['cookies'], name: string): string {
    if (which === 'garbage') return `${name}=garbage`
    const cookies = which === 'replayed' ? this.#before : this.#now
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}
