import 'content-disposition'

/** Koa's published types ask for it by the name that it had before content-disposition 2, which brings types of its own. */
declare module 'content-disposition' {
  interface Options extends CreateOptions {}
}
