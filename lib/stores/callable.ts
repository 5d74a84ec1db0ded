/**
 * Makes a constructor of a class that works with `new`, `super()`, `Store.call(this)`, a subclass of `util.inherits` whose constructor never calls
 * it, and `_super.call(this)` of compiled ES5. Published stores use all five; an ES class supports only the first two. The class must have no fields.
 *
 * @param construct becomes the constructor, under its own name
 */
export function callable<Constructor>(
  Class: { readonly prototype: object },
  construct: (this: never, ...args: never[]) => void,
): Constructor {
  // Enumerable, because some stores copy the properties
  for (const name of Object.getOwnPropertyNames(Class.prototype)) Object.defineProperty(Class.prototype, name, { enumerable: true })
  Object.defineProperty(Class.prototype, 'constructor', { value: construct, writable: true, enumerable: false, configurable: true })
  construct.prototype = Class.prototype
  return construct as Constructor
}
