import { Command } from 'commander';
import { identifyCommand } from './identify.ts';
import { readCommand } from './read.ts';
import { scanCommand } from './scan.ts';
import { tryCommand } from './try.ts';
import { watchCommand } from './watch.ts';
import { writeCommand } from './write.ts';

/** `vigie-agent modbus …`: what a technician does at a cabinet before anything is configured. */
export function modbusCommand(): Command {
  return new Command('modbus')
    .description('Finds, identifies, reads and writes Modbus slaves; needs neither server nor configuration.')
    .addCommand(scanCommand())
    .addCommand(identifyCommand())
    .addCommand(readCommand())
    .addCommand(writeCommand())
    .addCommand(watchCommand())
    .addCommand(tryCommand());
}
