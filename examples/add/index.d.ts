/** `asyncWork` of add.c, in both of its styles. */
export const asyncWork: {
  /** Resolves with `data` if it is above 0, or else rejects with `data` itself. */
  (data: number): Promise<number>;

  /** Calls back once, later, with the sum and nothing else. */
  (arg1: number, arg2: number, callback: (result: number) => void): void;
};
