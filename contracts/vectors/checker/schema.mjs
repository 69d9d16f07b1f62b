// JSON Schema 2020-12, as much of it as plans and the contracts use, and what makes a schema a valid one [PLAN-014].
import { SCHEMAS } from './contracts.mjs'
import { partsOf } from './json.mjs'
import { canonical } from './hashing.mjs'

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
const has = (object, key) => Object.hasOwn(object, key)
const size = (text) => [...text].length
const same = (a, b) => canonical(a) === canonical(b)
const TYPES = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: isObject,
}
const list = (value) => (Array.isArray(value) ? value : [value])

/** Keywords that judge a value by itself: keyword -> [the type it speaks of, does the value hold?]. */
const RULES = {
  const: [null, (value, rule) => same(value, rule)],
  enum: [null, (value, rule) => rule.some((item) => same(value, item))],
  type: [null, (value, rule) => list(rule).some((name) => TYPES[name](value))],
  minimum: ['number', (value, rule) => value >= rule],
  maximum: ['number', (value, rule) => value <= rule],
  exclusiveMinimum: ['number', (value, rule) => value > rule],
  exclusiveMaximum: ['number', (value, rule) => value < rule],
  multipleOf: ['number', (value, rule) => Number.isInteger(value / rule)],
  minLength: ['string', (value, rule) => size(value) >= rule],
  maxLength: ['string', (value, rule) => size(value) <= rule],
  pattern: ['string', (value, rule) => new RegExp(rule, 'u').test(value)],
  minItems: ['array', (value, rule) => value.length >= rule],
  maxItems: ['array', (value, rule) => value.length <= rule],
  uniqueItems: ['array', (value, rule) => !rule || new Set(value.map(canonical)).size === value.length],
  minProperties: ['object', (value, rule) => Object.keys(value).length >= rule],
  maxProperties: ['object', (value, rule) => Object.keys(value).length <= rule],
}

/** Where a `$ref` leads from the document `base`: [schema, its document]; undefined when nowhere. */
function resolve(ref, base) {
  const [address, fragment = ''] = (isObject(base) && base.$id ? new URL(ref, base.$id).href : ref).split('#')
  const document = address === '' || address === base.$id ? base : SCHEMAS.get(address)
  let found = document
  for (const part of partsOf(decodeURIComponent(fragment)))
    found = found != null && has(found, part) ? found[part] : undefined
  return found === undefined ? undefined : [found, document]
}

/** Faults of `value` by `schema`: [{keyword, path, name?}]; a fault for each missing and each unexpected member. */
export function faults(value, schema, base = schema, path = []) {
  if (typeof schema === 'boolean') return schema ? [] : [{ keyword: 'false', path }]
  const found = []
  const into = (item, rule, ...steps) => found.push(...faults(item, rule, base, [...path, ...steps]))
  const fits = (rule) => faults(value, rule, base, path).length === 0
  const fault = (keyword, holds, more = {}) => holds || found.push({ keyword, path, ...more })
  for (const [keyword, rule] of Object.entries(schema)) {
    const [type, holds] = RULES[keyword] ?? []
    if (holds && (type === null || TYPES[type](value))) fault(keyword, holds(value, rule))
    if (keyword === '$ref') found.push(...faults(value, ...resolve(rule, base), path))
    if (keyword === 'allOf') for (const item of rule) into(value, item)
    if (keyword === 'anyOf') fault(keyword, rule.some(fits))
    if (keyword === 'oneOf') fault(keyword, rule.filter(fits).length === 1)
    if (keyword === 'not') fault(keyword, !fits(rule))
    if (keyword === 'if') into(value, (fits(rule) ? schema.then : schema.else) ?? true)
    if (keyword === 'items' && Array.isArray(value)) value.forEach((item, at) => into(item, rule, at))
    if (!isObject(value)) continue
    if (keyword === 'required') for (const name of rule) fault(keyword, has(value, name), { name })
    if (keyword === 'propertyNames') for (const name of Object.keys(value)) into(name, rule)
    if (keyword === 'properties')
      for (const name of Object.keys(rule)) if (has(value, name)) into(value[name], rule[name], name)
    if (keyword === 'additionalProperties') {
      for (const name of Object.keys(value).filter((name) => !has(schema.properties ?? {}, name)))
        if (rule === false) found.push({ keyword, path, name })
        else into(value[name], rule, name)
    }
  }
  return found
}

export const contractFaults = (value, address) => faults(value, SCHEMAS.get(address))
export const definitionOf = (address, name) => [SCHEMAS.get(address).$defs[name], SCHEMAS.get(address)]

const count = (value) => Number.isInteger(value) && value >= 0
const texts = (value) => Array.isArray(value) && value.every(TYPES.string)
const FORMS = {
  type: (value) => list(value).length > 0 && list(value).every((name) => has(TYPES, name)),
  enum: Array.isArray,
  required: texts,
  pattern: isExpression,
  multipleOf: (value) => TYPES.number(value) && value > 0,
  uniqueItems: TYPES.boolean,
  minimum: TYPES.number,
  maximum: TYPES.number,
  exclusiveMinimum: TYPES.number,
  exclusiveMaximum: TYPES.number,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
}
const ONE = ['items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else']
const MANY = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const NAMED = ['properties', '$defs', 'patternProperties', 'dependentSchemas']

function isExpression(text) {
  try {
    return TYPES.string(text) && Boolean(new RegExp(text, 'u'))
  } catch {
    return false
  }
}

/** Whether a value is a schema that refers to nothing outside itself. */
export function isSchema(schema, whole = schema) {
  if (typeof schema === 'boolean') return true
  if (!isObject(schema)) return false
  const areSchemas = (rules) => rules.every((rule) => isSchema(rule, whole))
  return Object.entries(schema).every(([keyword, rule]) => {
    if (has(FORMS, keyword)) return FORMS[keyword](rule)
    if (keyword === '$ref') return TYPES.string(rule) && rule.startsWith('#') && resolve(rule, whole) !== undefined
    if (ONE.includes(keyword)) return isSchema(rule, whole)
    if (MANY.includes(keyword)) return Array.isArray(rule) && rule.length > 0 && areSchemas(rule)
    if (NAMED.includes(keyword)) return isObject(rule) && areSchemas(Object.values(rule))
    return true
  })
}

/** Whether some value that fits the schema has something at a path of pointer parts; true where it cannot be told. */
export function allows(schema, parts, whole = schema) {
  if (typeof schema === 'boolean' || !isObject(schema)) return schema !== false
  if (parts.length === 0) return true
  const types = schema.type === undefined ? ['object', 'array'] : list(schema.type)
  const within = (rule, rest = parts) => allows(rule, rest, whole)
  const inside =
    (types.includes('object') && within(memberRule(schema, parts[0]), parts.slice(1))) ||
    (types.includes('array') && isIndex(parts[0], schema.maxItems) && within(schema.items ?? true, parts.slice(1)))
  const target = schema.$ref === undefined ? undefined : resolve(schema.$ref, whole)
  return (
    inside &&
    (target === undefined || within(target[0])) &&
    (schema.allOf ?? []).every((rule) => within(rule)) &&
    [schema.anyOf, schema.oneOf].every((rules) => !rules || rules.some((rule) => within(rule)))
  )
}

const memberRule = ({ properties = {}, patternProperties, additionalProperties = true }, name) =>
  has(properties, name) ? properties[name] : patternProperties ? true : additionalProperties
const isIndex = (part, limit = Infinity) => /^(0|[1-9]\d*)$/.test(part) && Number(part) < limit
