// Strict JSON text [PLAN-001..003, GLOSSARY-015]: UTF-8, size, depth, unique keys, no value without canonical text,
// and the place of every value. Objects have no prototype, so that `__proto__` is a key like any other.

export const MAX_BYTES = 4 * 1024 * 1024
export const MAX_DEPTH = 64
export const WHY = {
  notFinite: 'a number that is not finite',
  integer: 'an integer beyond 2^53-1',
  nul: 'the character U+0000',
  surrogate: 'a lone surrogate',
  deep: 'nesting deeper than 64',
  twice: 'a key twice',
}
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** A refusal: `why` of GLOSSARY-015, or null where the text is no JSON; `duplicates` have pointer and offset. */
export class Refusal extends Error {
  constructor(code, why = null, duplicates = []) {
    super(why ?? code)
    Object.assign(this, { code, why, duplicates })
  }
}

export const escapePart = (part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')
export const pointerOf = (path) => path.map((part) => '/' + escapePart(part)).join('')
export const partsOf = (pointer) =>
  pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Why a number has no canonical text; null when it has one. `literal`: as written in a text. */
export function numberFault(value, literal = '') {
  if (!Number.isFinite(value)) return WHY.notFinite
  const written = /^-?\d+$/.test(literal) || /^-?\d+$/.test(JSON.stringify(value))
  return written && Math.abs(value) > Number.MAX_SAFE_INTEGER ? WHY.integer : null
}

/** Why a text has no place in a value; null when it has one. */
export function textFault(text) {
  if (text.includes('\0')) return WHY.nul
  return text.isWellFormed() ? null : WHY.surrogate
}

/** Bytes as text; throws where they are no UTF-8 or begin with a byte order mark. */
export function decode(bytes) {
  if (bytes.length > MAX_BYTES) throw new Refusal('PLAN_TOO_LARGE')
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (!text.startsWith('\ufeff')) return text
  } catch {
    // told below
  }
  throw new Refusal('PLAN_NOT_JSON')
}

/** Read a text: {value, places: pointer -> offset of the member's key or of the element}. */
export function read(text) {
  if (depthOf(text) > MAX_DEPTH) throw new Refusal('PLAN_TOO_LARGE', WHY.deep)
  const reader = new Reader(text)
  const value = reader.document()
  if (reader.duplicates.length) throw new Refusal('PLAN_DUPLICATE_KEY', WHY.twice, reader.duplicates)
  if (reader.fault) throw new Refusal('PLAN_NOT_CANONICAL', reader.fault)
  return { value, places: reader.places }
}

/** Line and column, both from 1; a line ends with a line feed, a column is a character. */
export function placeOf(text, offset) {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: [...before.at(-1)].length + 1 }
}

function depthOf(text) {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\[^])*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}

class Reader {
  constructor(text) {
    Object.assign(this, { text, at: 0, fault: null, duplicates: [], places: new Map() })
  }

  document() {
    const value = this.value('')
    this.space()
    if (this.at < this.text.length) this.bad()
    return value
  }

  bad() {
    throw new Refusal('PLAN_NOT_JSON')
  }

  space() {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  take(char) {
    this.space()
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  expect(char) {
    if (!this.take(char)) this.bad()
  }

  value(pointer) {
    this.space()
    if (!this.places.has(pointer)) this.places.set(pointer, this.at)
    if (this.take('{')) return this.object(pointer)
    if (this.take('[')) return this.array(pointer)
    if (this.text[this.at] === '"') return this.string()
    const word = /(true|false|null)|-?Infinity|NaN|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    word.lastIndex = this.at
    const found = word.exec(this.text)
    if (!found) this.bad()
    this.at = word.lastIndex
    if (found[1]) return { true: true, false: false, null: null }[found[1]]
    const number = Number(found[0])
    this.fault ??= numberFault(number, found[0])
    return number
  }

  object(pointer) {
    const object = Object.create(null)
    if (this.take('}')) return object
    do {
      this.space()
      const start = this.at
      if (this.text[start] !== '"') this.bad()
      const key = this.string()
      const child = `${pointer}/${escapePart(key)}`
      if (key in object) this.duplicates.push({ pointer: child, offset: start })
      else this.places.set(child, start)
      this.expect(':')
      object[key] = this.value(child)
    } while (this.take(','))
    this.expect('}')
    return object
  }

  array(pointer) {
    const array = []
    if (this.take(']')) return array
    do array.push(this.value(`${pointer}/${array.length}`))
    while (this.take(','))
    this.expect(']')
    return array
  }

  string() {
    const pieces = []
    let start = ++this.at
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined || char < ' ') this.bad()
      if (char === '"') break
      if (char !== '\\') {
        this.at++
        continue
      }
      pieces.push(this.text.slice(start, this.at), this.escape())
      start = this.at
    }
    pieces.push(this.text.slice(start, this.at++))
    const text = pieces.join('')
    this.fault ??= textFault(text)
    return text
  }

  escape() {
    const hex = /^\\u([0-9a-fA-F]{4})/.exec(this.text.slice(this.at, this.at + 6))
    if (hex) {
      this.at += 6
      return String.fromCharCode(parseInt(hex[1], 16))
    }
    const char = ESCAPES[this.text[this.at + 1]]
    if (char === undefined) this.bad()
    this.at += 2
    return char
  }
}
