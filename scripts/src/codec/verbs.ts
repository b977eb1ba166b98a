import type { Command } from 'commander';
import { addBatch } from './batch.ts';
import { addCheck } from './check.ts';
import { addDecode } from './decode.ts';
import { addImport } from './import.ts';
import { addModel } from './model.ts';
import { addNew } from './new.ts';

export function addVerbs(program: Command): void {
  addDecode(program);
  addBatch(program);
  addImport(program);
  addModel(program);
  addNew(program);
  addCheck(program);
}
