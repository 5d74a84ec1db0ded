import { statSync } from 'node:fs'

/** Warns once if the file of an open database was deleted or replaced: SQLite goes on with the old one, so a restart would lose what is written since. */
export class FileWatch {
  readonly #inode: number | undefined
  #hasWarned = false

  /** @param path of a file that is open. Databases in memory have none */
  constructor(private readonly path: string) {
    this.#inode = inodeOf(path)
  }

  check(): void {
    if (this.#inode === undefined || this.#hasWarned || inodeOf(this.path) === this.#inode) return
    this.#hasWarned = true
    const message = `SqliteStore: ${this.path} was deleted or replaced while it is open; restart this process, or it will lose its sessions`
    process.emitWarning(message, { type: 'ResessionWarning', code: 'sqlite-file-replaced' })
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
