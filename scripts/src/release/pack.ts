import { execFileSync } from 'node:child_process';

/**
 * Packs a folder into a .tar.gz whose bytes depend on what is in it alone: neither on when or by whom it was made, nor on the
 * order in which its files were written (reproducible-builds.org, archives). `epochSeconds` is the time that all files bear.
 */
export function pack(parent: string, name: string, file: string, epochSeconds: number): void {
  execFileSync('tar', [
    ...['-C', parent, '--format=gnu', '--sort=name', `--mtime=@${epochSeconds}`],
    ...['--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go=rX', '-I', 'gzip -9 -n', '-cf', file, name],
  ]);
}

/** SOURCE_DATE_EPOCH, as those ask who build packages of it, or else the time of the commit. */
export function sourceEpoch(): number {
  const given = Number(process.env.SOURCE_DATE_EPOCH);
  if (Number.isSafeInteger(given) && given > 0) return given;
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }));
}
