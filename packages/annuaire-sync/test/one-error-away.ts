const placesOf = (text: string): number[] => Array.from({ length: text.length }, (_, at) => at);

/** Whether exactly one letter wrong, missing, too many or exchanged with its neighbour makes one of the other. */
export function isOneErrorAway(typed: string, meant: string): boolean {
  if (typed === meant) return false;
  const without = (text: string, at: number): string => text.slice(0, at) + text.slice(at + 1);
  if (typed.length === meant.length) {
    const different = placesOf(typed).filter((at) => typed[at] !== meant[at]);
    const [first = 0, second = -1] = different;
    if (different.length === 1) return true;
    return different.length === 2 && second === first + 1 && typed[first] === meant[second] && typed[second] === meant[first];
  }
  const [shorter, longer] = typed.length < meant.length ? [typed, meant] : [meant, typed];
  return longer.length === shorter.length + 1 && placesOf(longer).some((at) => without(longer, at) === shorter);
}
