import { plain } from '../../drill/model/harmless.ts';
import { notRun } from '../cli-error.ts';
import type { Conversation } from '../effects.ts';
import { placesIn } from './numbers.ts';

/** What is wrong with an answer, in words that end a sentence. */
export class Wrong {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** Asks until an answer will do. Rejects (3) where nobody answers any more. */
export class Interview {
  readonly #talk: Conversation;

  constructor(talk: Conversation) {
    this.#talk = talk;
  }

  say(text: string): void {
    this.#talk.say(`${text}\n`);
  }

  /** `usual` is what an empty answer stands for; without one an empty answer is an answer. */
  async ask<T>(question: string, read: (answer: string) => T | Wrong, usual?: string): Promise<T> {
    const prompt = `${question}${usual === undefined ? '' : ` [${plain(usual)}]`}: `;
    for (;;) {
      const answer = await this.#talk.ask(prompt);
      if (answer === null)
        throw notRun('init was not finished', 'nobody answers any more', 'nothing was written');
      const said = answer.trim() === '' && usual !== undefined ? usual : answer.trim();
      const value = read(said);
      if (!(value instanceof Wrong)) return value;
      this.say(`That will not do: ${value.why}.`);
    }
  }

  /** Shows a numbered list and asks which of it; `least` is how many must be chosen. */
  async choose<T>(question: string, from: readonly T[], show: (one: T) => string, least = 0): Promise<T[]> {
    if (from.length === 0) return [];
    const width = String(from.length).length;
    for (const [at, one] of from.entries())
      this.say(`  ${String(at + 1).padStart(width)}  ${plain(show(one), 110)}`);
    return this.ask(question, (answer) => {
      const places = placesIn(answer, from.length);
      if (typeof places === 'string') return new Wrong(places);
      if (places.length < least) return new Wrong(`at least ${least} must be named`);
      return places.flatMap((at) => from[at] ?? []);
    });
  }
}
