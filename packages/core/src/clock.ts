/** The time, injected: nothing in the toolkit reads the system clock but {@link systemClock}. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The clock of the machine. */
export const systemClock: Clock = Object.freeze({ now: (): Date => new Date() });
