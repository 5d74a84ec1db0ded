/** What is on sale. Prices in cents. */
export const goods = [
  { id: 'pencil', name: 'Pencil', price: 120 },
  { id: 'notebook', name: 'Notebook', price: 480 },
  { id: 'lamp', name: 'Desk lamp', price: 3900 },
] as const

/** How many of each; what is not there is not in the cart. */
export type Cart = Partial<Record<(typeof goods)[number]['id'], number>>
