import { statSync } from 'node:fs'
import { isSilent, warnOnce } from '../../core/diagnostics/warnings'

/** Warns once if the file of an open database was deleted or replaced: SQLite goes on with the old one, so a restart would lose what is written since. */
export class FileWatch {
  readonly #inode: number | undefined

  /** @param path of an open file. Databases in memory have none */
  constructor(private readonly path: string) {
    this.#inode = inodeOf(path)
  }

  check(): void {
    const { path } = this
    if (this.#inode === undefined || inodeOf(path) === this.#inode) return
    const key = `file replaced ${path}`
    const message = `SqliteStore: ${path} was deleted or replaced while it is open; restart this process, or it will lose its sessions`
    if (!isSilent(key)) warnOnce(key, { code: 'RESESSION_SQLITE_FILE', message })
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
