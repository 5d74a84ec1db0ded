import 'content-disposition'

/** Koa's published types import it by the name that it had before content-disposition 2, which has its own types. */
declare module 'content-disposition' {
  interface Options extends CreateOptions {}
}
