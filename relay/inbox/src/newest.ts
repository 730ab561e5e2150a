/** Newest: of several questions that are out at a time, the last one's answer. Pure; an older answer that comes later is dropped, and so is its failure. */

export class Newest {
  #asked = 0;

  /** Hand over what a question came to, unless another was asked after it. */
  async take<Value>(
    question: Promise<Value>,
    found: (value: Value) => void,
    failed: (reason: unknown) => void,
  ): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const isNewest = () => mine === this.#asked;
    await question.then(
      (value) => isNewest() && found(value),
      (reason: unknown) => isNewest() && failed(reason),
    );
  }
}
