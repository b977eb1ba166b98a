/** What the file of a definition exports: `imst/io-ke868` is `ioKe868`; a name that would begin with a digit begins with `model`. */
export function exportedName(id: string): string {
  const model = id.replace(/^.*\//, '');
  const camel = model.replaceAll(/[-.]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^[0-9]/.test(camel) ? `model${camel}` : camel;
}
