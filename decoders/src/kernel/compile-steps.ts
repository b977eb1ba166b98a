import type { UplinkInput } from '../definition.ts';
import type { Endian } from './byte-reader.ts';
import { compileChannel, compileField, compileNamedValue } from './compile-field.ts';
import { checkOf } from './condition.ts';
import { type Constant, type Gathered, type Layout, RECEPTION, type Step, type Sum } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';
import { Walk } from './walk.ts';

/** A step that is ready to be taken; false when it ended the walk. */
type Act = (walk: Walk) => boolean;
type StepWith<Key extends string> = Extract<Step, Record<Key, unknown>>;

/** Reads a payload along the steps of a layout. Throws PayloadTooShort or PayloadMismatch where they do not fit. */
export type ReadPayload = (bytes: Uint8Array, input: Pick<UplinkInput, 'receivedAt' | 'memory'>) => Gathered;

/** Makes the steps of a layout ready once, for all its payloads: what a step is need not be asked for every byte. */
export function compileLayout({ steps = [], order = 'be' }: Layout): ReadPayload {
  const act = compileSteps(steps, order);
  return (bytes, input) => {
    const walk = new Walk(bytes, input);
    act(walk);
    return walk.gathered;
  };
}

function compileSteps(steps: readonly Step[], order: Endian): Act {
  const acts = steps.map((step) => compileStep(step, order));
  return (walk) => {
    for (const act of acts) {
      walk.countStep();
      if (!act(walk)) return false;
    }
    return true;
  };
}

function compileStep(step: Step, order: Endian): Act {
  if ('type' in step) return goingOn(compileField(step, order));
  if ('constant' in step) return goingOn(compileConstant(step));
  if ('skip' in step) return goingOn(compileSkip(step));
  if ('when' in step) return compileWhen(step, order);
  if ('repeat' in step) return compileRepeat(step, order);
  if ('choose' in step) return compileChoose(step, order);
  if ('sample' in step) return compileSample(step, order);
  if ('value' in step) return goingOn(compileNamedValue(step));
  if ('let' in step) {
    const sum = compileSum(step.be);
    return goingOn((walk) => walk.named.set(step.let, sum(walk)));
  }
  return goingOn(compileRecall(step));
}

function goingOn(step: (walk: Walk) => unknown): Act {
  return (walk) => {
    step(walk);
    return true;
  };
}

function compileConstant({ constant, quantity, channel }: Constant): (walk: Walk) => void {
  const channelOf = compileChannel(channel);
  return (walk) => walk.deliver(quantity, channelOf(walk), constant);
}

function compileSkip({ skip }: StepWith<'skip'>): (walk: Walk) => void {
  return (walk) => walk.reader.take(typeof skip === 'number' ? skip : walk.numberOf(skip.name));
}

function compileWhen({ when, steps, otherwise = [] }: StepWith<'when'>, order: Endian): Act {
  const holds = checkOf(when);
  const then = compileSteps(steps, order);
  const instead = compileSteps(otherwise, order);
  return (walk) => (holds(walk) ? then(walk) : instead(walk));
}

function compileRepeat({ repeat, steps, index, until = 0 }: StepWith<'repeat'>, order: Endian): Act {
  const act = compileSteps(steps, order);
  return (walk) => {
    const { reader } = walk;
    const times = typeof repeat === 'object' ? walk.numberOf(repeat.name) : repeat;
    for (let round = 0; times === 'rest' ? reader.remaining > until : round < times; round++) {
      const before = reader.offset;
      if (index !== undefined) walk.named.set(index, round);
      if (!act(walk)) return false;
      if (times === 'rest' && reader.offset === before) throw new PayloadMismatch('the payload repeats without end');
    }
    return true;
  };
}

function compileChoose({ choose, cases, otherwise = 'fail' }: StepWith<'choose'>, order: Endian): Act {
  const acts = new Map(Object.entries(cases).map(([key, steps]) => [Number(key), compileSteps(steps, order)]));
  const instead = typeof otherwise === 'string' ? undefined : compileSteps(otherwise, order);
  return (walk) => {
    const key = walk.numberOf(choose);
    const chosen = acts.get(key) ?? instead;
    if (chosen) return chosen(walk);
    const unknown = `${choose} 0x${key.toString(16)} is not known`;
    if (otherwise === 'fail') throw new PayloadMismatch(unknown);
    walk.gathered.warnings.push(`${unknown}; what follows was left out`);
    return false;
  };
}

function compileSample({ sample, steps }: StepWith<'sample'>, order: Endian): Act {
  const { from, minusMs, toleranceMs } = sample;
  const before = minusMs ? compileSum(minusMs) : () => 0;
  const act = compileSteps(steps, order);
  return (walk) => {
    const base = from === RECEPTION ? walk.input.receivedAt : walk.named.get(from);
    const at = base === undefined ? undefined : base - before(walk);
    return walk.sample(at, toleranceMs, () => act(walk));
  };
}

function compileSum({ constant = 0, terms }: Sum): (walk: Walk) => number {
  return (walk) =>
    terms.reduce(
      (sum, { name, times = 1, by }) => sum + walk.numberOf(name) * times * (by === undefined ? 1 : walk.numberOf(by)),
      constant,
    );
}

function compileRecall({ recall, name, otherwise }: StepWith<'recall'>): (walk: Walk) => void {
  return (walk) => {
    const value = walk.input.memory?.[recall] ?? otherwise;
    if (value === undefined) walk.named.delete(name);
    else walk.named.set(name, value);
  };
}
