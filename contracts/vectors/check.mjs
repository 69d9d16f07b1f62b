// Judges every vector of this folder with an implementation of its own, written from contracts/clauses,
// contracts/schemas and contracts/registries: no code of DVT, no package. `node contracts/vectors/check.mjs [FOLDER]`
// prints the number of vectors per kind; exit code 1 and the ids of vectors that do not hold. CEL is not judged.
import { CODES, clauses, documents } from './checker/contracts.mjs'
import { PREIMAGES, canonical, chain, hex, keyParts, keyText } from './checker/hashing.mjs'
import { Refusal, numberFault, read, textFault } from './checker/json.mjs'
import { walk } from './checker/machine.mjs'
import { cyclePointers, verdict } from './checker/plan.mjs'
import { assemble, emptyRows, fold, rowsOf } from './checker/projection.mjs'
import { StepFailure, substitute } from './checker/references.mjs'
import { inputs, load, missing, retryAt } from './checker/running.mjs'
import { application, decision, refusal as signalRefusal } from './checker/signals.mjs'
import { append, start } from './checker/store.mjs'

const same = (found, told) => canonical(found) === canonical(told)
const double = (bits) => Buffer.from(bits, 'hex').readDoubleBE()
const PROJECTOR_VERSION = '1'
/** Kinds that are CEL: counted only. */
const NOT_JUDGED = ['when', 'condition']

/** A text in pieces: {each, times, join} is a piece repeated, `{i}` its number from 1. */
const assembleText = (parts) =>
  parts.map((part) => (typeof part === 'string' ? part : repeat(part))).join('')
const repeat = ({ each, times, join = '' }) =>
  Array.from({ length: times }, (_, at) => each.replaceAll('{i}', at + 1)).join(join)

function hashed({ preimage, sha256 }, text) {
  return text === null ? sha256 === null : text === preimage && sha256 === hex(text)
}

function refusal({ input, ieee754 }) {
  if (ieee754 !== undefined) return numberFault(double(ieee754))
  try {
    read(input)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.why
    throw error
  }
}

function bytesOf({ text, plan, hex: bytes, parts }) {
  if (bytes !== undefined) return Buffer.from(bytes, 'hex')
  return Buffer.from(text ?? (parts ? assembleText(parts) : JSON.stringify(plan)))
}

/** A cycle may be told at any of its steps. */
function verdictHolds(vector) {
  const told = vector.faults.some(({ code }) => code === 'PLAN_CYCLE')
  const allowed = told && vector.plan ? cyclePointers(vector.plan) : new Set()
  const place = ({ code, pointer }) => (code === 'PLAN_CYCLE' && allowed.has(pointer) ? 'on a cycle' : pointer)
  const loose = (faults) => faults.map((fault) => `${fault.code} ${place(fault)}`).sort()
  return same(loose(verdict(bytesOf(vector))), loose(vector.faults))
}

function projectionHolds({ records, snapshot, alerts, refused, resumeAt = [] }) {
  const rows = emptyRows()
  try {
    const found = fold(rows, records)
    if (refused || !same(found, alerts)) return false
  } catch (error) {
    return refused === 'gap' && error instanceof RangeError
  }
  const head = { runId: snapshot.runId, tenantId: snapshot.tenantId, projectorVersion: PROJECTOR_VERSION }
  const resumed = (seq) => {
    const before = emptyRows()
    fold(before, records.filter(({ runSeq }) => runSeq <= seq))
    const after = rowsOf(assemble(before, head))
    fold(after, records)
    return assemble(after, head)
  }
  return [assemble(rows, head), ...resumeAt.map(resumed)].every((found) => same(found, snapshot))
}

function resolveHolds({ parameters, code, resolved, public: told, ...world }) {
  try {
    const found = [true, false].map((secrets) => substitute(parameters, world, { secrets }))
    return code === undefined && same(found, [resolved, told])
  } catch (error) {
    if (error instanceof StepFailure) return error.code === code
    throw error
  }
}

function inputsHold({ given, parts, declared, effective, faults }) {
  const value = parts ? JSON.parse(assembleText(parts)) : given
  const found = inputs(value, declared)
  if (faults) return found.faults !== undefined && same(unordered(found.faults), unordered(faults))
  return found.effective !== undefined && same(found.effective, parts ? value : effective)
}

const pick = (object, ...names) => Object.fromEntries(names.map((name) => [name, object[name]]))
const unordered = (faults) => faults.map(({ code, pointer }) => `${code} ${pointer}`).sort()
const answers = (appends) => appends.map(({ events }) => events.map(({ answer }) => answer))

/** Kind of vector -> does it hold? */
const KINDS = {
  key: (vector) => hashed(vector, keyText(vector.input)),
  'event-key': (vector) => hashed(vector, keyText(keyParts(vector.event))),
  text: ({ input, canonical: told, sha256 }) => canonical(read(input).value) === told && sha256 === hex(told),
  double: (vector) => refusal(vector) === null && canonical(double(vector.ieee754)) === vector.canonical,
  refused: (vector) => refusal(vector) === vector.refused,
  'free-text': ({ input, kept }) => (textFault(JSON.parse(input)) === null) === kept,
  chain: ({ input, heads }) => same(chain(input.runId, input.events), heads),
  ...Object.fromEntries(
    Object.entries(PREIMAGES).map(([kind, preimage]) => [kind, (vector) => hashed(vector, preimage(vector.input))]),
  ),
  ...Object.fromEntries(['run-walk', 'step-walk', 'signal-walk'].map((kind) => [kind, walkHolds])),
  projection: projectionHolds,
  retry: (vector) => retryAt(vector) === vector.retryAt,
  append: ({ appends }) => same(append(appends), answers(appends)),
  start: ({ starts }) => same(start(starts), starts.map(({ answer }) => answer)),
  verdict: verdictHolds,
  place: (vector) => same(verdict(bytesOf(vector)), vector.faults),
  'effective-inputs': inputsHold,
  resolve: resolveHolds,
  capabilities: ({ plan, supported, faults }) => same(unordered(missing(plan, supported)), unordered(faults)),
  load: (vector) => load(vector) === vector.code,
  ...Object.fromEntries(NOT_JUDGED.map((kind) => [kind, () => true])),
  'signal-request': (vector) => signalRefusal(vector) === vector.code,
  'signal-decision': (vector) => same(decision(vector), { decision: vector.decision, code: vector.code }),
  'signal-application': (vector) => same(application(vector), pick(vector, 'application', 'effect', 'code')),
}

function walkHolds({ log, run, steps, signals }) {
  return same(walk(log), { legal: log.map(({ legal }) => legal), run, steps, signals })
}

/** What is wrong with a vector; null when it holds. */
function fault(vector, known) {
  if (!vector.id || known.ids.has(vector.id)) return 'its id is missing or taken'
  known.ids.add(vector.id)
  if (!known.clauses.has(vector.clause)) return `there is no clause ${vector.clause}`
  const codes = [vector.code, ...(vector.faults ?? []).map(({ code }) => code)]
  const foreign = codes.find((code) => code?.startsWith?.('PLAN_') && !known.codes.has(code))
  if (foreign) return `there is no code ${foreign}`
  if (!Object.hasOwn(KINDS, vector.kind)) return `there is no kind ${vector.kind}`
  try {
    return KINDS[vector.kind](vector) ? null : 'it does not hold'
  } catch (error) {
    return `it cannot be judged: ${error.message}`
  }
}

function main(folder) {
  const known = { ids: new Set(), clauses: clauses(), codes: new Set(CODES.map(({ code }) => code)) }
  const counts = new Map()
  const broken = []
  let skipped = 0
  for (const [file, { cases }] of documents(folder)) {
    for (const vector of cases) {
      const what = fault(vector, known)
      if (what) broken.push(`${vector.id ?? vector.name}: ${what} (${file})`)
      if (NOT_JUDGED.includes(vector.kind)) skipped++
      const kind = `${file} ${vector.kind}`
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  for (const [kind, count] of counts) console.log(`${String(count).padStart(5)}  ${kind}`)
  console.log(`${String(total).padStart(5)}  vectors, ${broken.length} broken, ${skipped} not judged (CEL)`)
  for (const line of broken) console.error(line)
  return total > 0 && broken.length === 0 ? 0 : 1
}

process.exitCode = main(process.argv[2] ?? import.meta.dirname)
