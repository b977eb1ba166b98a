import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Disks made for one torture: an ext4 file system in an image file behind a loop device, or a tmpfs of a size. Both need
 * root on Linux.
 */
export function requireRoot(what: string): void {
  if (userInfo().uid === 0) return;
  process.stdout.write(`${JSON.stringify({ torture: what, skipped: 'needs root: loop devices and mounts' })}\n`);
  process.exit(0);
}

export class ImageDisk {
  readonly image: string;
  readonly #mountPoint: string;

  /** `folder` holds the image; `mountPoint` is where its files appear. */
  constructor(folder: string, mountPoint: string, sizeMb = 48) {
    this.image = join(folder, 'card.img');
    this.#mountPoint = mountPoint;
    mkdirSync(mountPoint, { recursive: true });
    run('truncate', '-s', `${sizeMb}M`, this.image);
    run('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.image);
  }

  /** `commit=60`: what nobody synced stays off the disk for a minute, as on a card whose power goes. */
  mount(): void {
    run('mount', '-o', 'loop,commit=60', this.image, this.#mountPoint);
  }

  unmount(): void {
    run('umount', this.#mountPoint);
  }

  /** What is on the disk at this moment, without what the kernel still holds back. */
  copyTo(file: string): void {
    copyFileSync(this.image, file);
  }

  /** Puts a copy in the place of the image; the file system's journal is replayed at the next mount. */
  restoreFrom(file: string): void {
    copyFileSync(file, this.image);
  }
}

export function mountTmpfs(mountPoint: string, size: string): void {
  mkdirSync(mountPoint, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', mountPoint);
}

export function unmount(mountPoint: string): void {
  try {
    run('umount', '-l', mountPoint);
  } catch {
    // It was not mounted: the torture failed before.
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
