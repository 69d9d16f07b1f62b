// The append authority [STORE-001..013]: unknown_run, duplicate, superseded, illegal, appended, in this order.
import { emptyRun, move, ruleOf, runningSteps, statusOf, stepOf } from './machine.mjs'
import { hex, keyParts, keyText } from './hashing.mjs'

const IDENTITY = { runId: '019c12c3-5f10-7c2e-9b57-3f1f0c8a7d21', planId: 'sample', planVersion: '1' }

class Run {
  constructor() {
    Object.assign(this, { machine: emptyRun(), log: [], keys: new Map(), slots: new Map() })
    this.write({ eventType: 'RunQueued', occurrence: 1 })
  }

  key(event) {
    return hex(keyText(keyParts({ ...IDENTITY, ...event, logicalAttemptId: event.attempt })))
  }

  slot(event) {
    const slot = ruleOf(event.eventType)?.slot
    return slot && [slot, event.stepId ?? event.signalId, event.attempt].join(' ')
  }

  state(event) {
    const [runStatus, runSubstatus] = this.machine.state.split('/')
    const told = { runStatus, lastRunSeq: this.log.length, runningSteps: runningSteps(this.machine) }
    if (runSubstatus) told.runSubstatus = runSubstatus
    const step = event.stepId && stepOf(this.machine, event.stepId)
    if (step) Object.assign(told, { stepStatus: step.status, attempt: step.attempt })
    const signal = event.signalId && this.machine.signals.get(event.signalId)
    return signal ? { ...told, signalStatus: signal } : told
  }

  write(event) {
    if (!move(this.machine, event)) return false
    this.log.push(event)
    this.keys.set(this.key(event), this.log.length)
    if (this.slot(event)) this.slots.set(this.slot(event), this.log.length)
    return true
  }

  judge(event, held) {
    const known = this.keys.get(this.key(event))
    if (known) {
      const outcome = this.slots.get(['outcome', event.stepId, event.attempt].join(' '))
      const more = event.eventType === 'StepStarted' && outcome ? { attemptOutcome: outcome } : {}
      return { outcome: 'duplicate', runSeq: known, ...more }
    }
    const winner = this.slots.get(this.slot(event))
    if (winner) return { outcome: 'superseded', runSeq: winner }
    if (held || !this.write(event)) return { outcome: 'illegal', state: this.state(event) }
    return { outcome: 'appended', runSeq: this.log.length }
  }

  append(events, legalFrom) {
    const refused = legalFrom !== undefined && statusOf(this.machine.state) !== legalFrom
    let held = false
    return events.map((event) => {
      const leads = event.eventType === 'SignalApplied'
      const answer = this.judge(event, refused || (held && !leads))
      if (leads) held = answer.outcome !== 'appended'
      return answer
    })
  }
}

/** Answers to the appends of a vector, batch by batch. */
export function append(batches) {
  const run = new Run()
  return batches.map(({ events, tenantId = 'local', unknownRun, legalFrom }) =>
    unknownRun || tenantId !== 'local' ? events.map(() => ({ outcome: 'unknown_run' })) : run.append(events, legalFrom),
  )
}

/** Answers to starts: which run each makes or finds. */
export function start(starts) {
  const known = new Map()
  let made = 0
  return starts.map(({ tenantId, startKey, fingerprint }) => {
    const key = JSON.stringify([tenantId, startKey])
    const first = startKey === undefined ? undefined : known.get(key)
    if (first) return { outcome: first.fingerprint === fingerprint ? 'existing' : 'conflict', run: first.run }
    known.set(key, { fingerprint, run: ++made })
    return { outcome: 'created', run: made }
  })
}
