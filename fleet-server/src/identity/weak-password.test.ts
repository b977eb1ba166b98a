import { expect, it } from 'vitest';
import { isWeakPassword } from './weak-password.ts';

it.each([
  ' '.repeat(12),
  '\u00a0'.repeat(12),
  'aaaaaaaaaaaa',
  'abababababab',
  '123456123456',
  '987654321098',
  'qwertyuiopas',
  'azertyuiopqs',
  'abcdefghijklm',
  'passwordpassword',
  'Password12345!',
  'p@ssw0rd12345',
  '!!!letmein!!!!!!',
  'motherfucker',
  'administrator1',
  'catherine-1234',
])('%j is weak', async (password) => {
  expect(await isWeakPassword(password, 'catherine')).toBe(true);
});

it.each([
  'correct horse battery',
  'K3T7Q-9FXW2-M4B8R-7HJ2P',
  'les 3 canards du lac',
  'grüne Äpfel am Zaun',
  '数鳥山川花月雪風空海',
])('%j is not', async (password) => {
  expect(await isWeakPassword(password, 'catherine')).toBe(false);
});
