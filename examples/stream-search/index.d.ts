import type { CallOptions, Callback, Stream } from 'offloop';

export interface Match {
  /** In bytes, from the beginning of the file. */
  offset: number;
  /** The line from the word on, or its beginning. */
  line: string;
}

/** What a search has seen when it is over, or when its reader has left. */
export interface Summary {
  bytes: number;
  matches: number;
}

/** Each place of `word` in the file, as it is found. */
export function search(path: string, word: string, options?: CallOptions): Stream<Match, Summary>;

/** The same by callbacks: `onItem` for each place, then `onEnd` once. */
export function search(
  path: string, word: string, onItem: (match: Match) => void, onEnd: Callback<Summary>
): undefined;
