/** The goods. Prices in cents. */
export const goods = [
  { id: 'pencil', name: 'Pencil', price: 120 },
  { id: 'notebook', name: 'Notebook', price: 480 },
  { id: 'lamp', name: 'Desk lamp', price: 3900 },
] as const

/** The number of each; a missing one is not in the cart. */
export type Cart = Partial<Record<(typeof goods)[number]['id'], number>>
