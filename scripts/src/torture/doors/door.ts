/** One listener of Vigie as an attacker and an honest neighbour meet it. */
export interface Door {
  name: string;
  /** One hostile visit; resolves when it is over. */
  attack(random: () => number): Promise<void>;
  /** What an honest neighbour needs meanwhile, in ms. */
  neighbourMs(): Promise<number>;
}
