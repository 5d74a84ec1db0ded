/**
 * Makes of a class a constructor that serves `new`, `super()`, `Store.call(this)`, a subclass made by `util.inherits` whose constructor never calls
 * it, and ES5's `_super.call(this)`. Published stores use all five, and an ES class serves the first two. So the class may have no fields.
 *
 * @param construct becomes the constructor, under its own name
 */
export function callable<Constructor>(
  Class: { readonly prototype: object },
  construct: (this: never, ...args: never[]) => void,
): Constructor {
  // As properties that were assigned, which some stores copy
  for (const name of Object.getOwnPropertyNames(Class.prototype)) Object.defineProperty(Class.prototype, name, { enumerable: true })
  Object.defineProperty(Class.prototype, 'constructor', { value: construct, writable: true, enumerable: false, configurable: true })
  construct.prototype = Class.prototype
  return construct as Constructor
}
