/** A payload says what its layout does not know or must not be: an expected outcome. */
export class PayloadMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PayloadMismatch';
  }
}
