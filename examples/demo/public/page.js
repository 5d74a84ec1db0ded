/* global document, fetch */

const section = document.querySelector('.race')
const button = section.querySelector('.start')
const verdict = section.querySelector('.verdict')
const lanes = [...section.querySelectorAll('.lane')]
const numbers = Array.from({ length: Number(section.dataset.requests) }, (_, index) => index + 1)

for (const lane of lanes) lane.querySelector('.keys').append(...numbers.map(() => document.createElement('i')))
// Without this script the button has no function
button.hidden = false
button.addEventListener('click', run)

async function run() {
  // Not `disabled`, because keyboard users would lose the focus
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  verdict.textContent = 'Running…'
  lanes.forEach(lane => show(lane, [], 'waiting'))
  const scores = []
  try {
    // The first one would run with cold code
    for (const lane of lanes) await ask(`${lane.dataset.lane}/run`)
    // One after the other, because they share the one thread of the server
    for (const lane of lanes) scores.push(await race(lane))
    verdict.textContent = `Of ${numbers.length} keys, ${scores.join(' and ')}.`
  } catch (err) {
    lanes.slice(scores.length).forEach(lane => show(lane, [], 'no result'))
    verdict.textContent = `The race could not be run: ${err.message}`
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

/** @returns the result as text */
async function race(lane) {
  const { lane: url } = lane.dataset
  show(lane, [], 'running')
  const { kept } = await ask(`${url}/run`)
  show(lane, kept, `${kept.length} of ${numbers.length} kept`)
  return `${lane.querySelector('.package').textContent} kept ${kept.length}`
}

async function ask(url) {
  const res = await fetch(url, { method: 'POST', cache: 'no-store' })
  if (!res.ok) throw new Error(`${url} answered ${res.status}`)
  return res.json()
}

function show(lane, kept, words) {
  lane.querySelector('.result').textContent = words
  lane.querySelector('.bar').style.setProperty('--kept', kept.length / numbers.length)
  lane.querySelectorAll('.keys i').forEach((key, index) => key.classList.toggle('kept', kept.includes(index + 1)))
}
