import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { isSilent, warnOnce } from '../../core/diagnostics/warnings'

/** Warns once if the file of an open database was deleted or replaced: SQLite goes on with the old one, so a restart would lose what is written since. */
export class FileWatch {
  readonly #file: string
  readonly #inode: number | undefined

  /** @param path of an open file. Databases in memory have none */
  constructor(private readonly path: string) {
    // The app may change its working directory
    this.#file = resolve(path)
    this.#inode = inodeOf(this.#file)
  }

  check(): void {
    const { path } = this
    if (this.#inode === undefined || inodeOf(this.#file) === this.#inode) return
    const key = `file replaced ${path}`
    const message = `SqliteStore: ${path} was deleted or replaced while it is open; restart this process, or it will lose its sessions`
    if (!isSilent(key)) warnOnce(key, { code: 'RESESSION_SQLITE_FILE', message })
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
