import type { Scenario } from '../integration'

/** Makes a scenario of each, under its title. */
export function scenariosFrom<Played>(
  played: Readonly<Record<string, Played>>,
  scenario: (played: Played) => Scenario,
): Record<string, Scenario> {
  return Object.fromEntries(Object.entries(played).map(([sentence, one]) => [sentence, scenario(one)]))
}
