/** What grouping looks at. All texts are pseudonyms. */
export interface ThreadNode {
  readonly id: string;
  /** Its own Message-ID; `null` without one. */
  readonly own: string | null;
  /** In-Reply-To. */
  readonly parent: string | null;
  /** In-Reply-To and References together. */
  readonly references: readonly string[];
  readonly at: number;
  /** Of the subject without Re:, TR: and the prefix of documents. */
  readonly subject: string;
  /** The subject says that it answers or forwards. */
  readonly isAnswer: boolean;
  /** Everybody but the own mailbox. */
  readonly correspondents: string;
  readonly patient: string | null;
}

/** One message in its group. */
export interface Grouped {
  /** Name of the thread in this calculation: the first message by date. */
  readonly thread: string;
  readonly guessed: boolean;
  /** Its own patient, else that of what it answers, else the only one of its thread. */
  readonly patient: string | null;
  /** Correspondents of the first message of the thread about this patient. */
  readonly correspondents: string;
}

const before = (a: ThreadNode, b: ThreadNode): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * Groups messages, a pure function of the set: the order in which they came makes no difference.
 *
 * 1. Messages that refer to each other, or to a common ancestor, are one thread, even when the ancestor is absent.
 * 2. An answer (by its subject) whose references lead to no message at hand was broken by a client. It joins the latest
 *    message before it with the same subject and the same correspondents within `windowMs`, unless the two are about two
 *    patients; and it is marked as guessed.
 * 3. Within a thread, each message is about its own patient, else about that of the message it answers, else about the only
 *    patient of the thread. So an answer to an old letter that carries the document of another patient shows up with that patient only.
 */
export function groupThreads(nodes: readonly ThreadNode[], options: { readonly windowMs: number }): ReadonlyMap<string, Grouped> {
  const ordered = [...nodes].sort(before);
  const union = new Union();
  const byOwn = new Map<string, ThreadNode>();
  for (const node of ordered) if (node.own !== null && !byOwn.has(node.own)) byOwn.set(node.own, node);
  for (const node of ordered) {
    for (const reference of [...(node.own === null ? [] : [node.own]), ...node.references])
      union.join(`message ${node.id}`, `reference ${reference}`);
  }
  const parents = new Map<string, ThreadNode>();
  const guessed = new Set<string>();
  const alike = new Map<string, ThreadNode[]>();
  for (const node of ordered) {
    const key = `${node.subject} ${node.correspondents}`;
    const earlier = alike.get(key) ?? [];
    const known = node.references.some((reference) => (byOwn.get(reference)?.id ?? node.id) !== node.id);
    const parent = node.parent === null ? undefined : byOwn.get(node.parent);
    if (parent !== undefined && parent.id !== node.id) parents.set(node.id, parent);
    if (!known && node.isAnswer) {
      const match = earlier.findLast((one) => one.at < node.at && fits(one, node, options.windowMs));
      if (match !== undefined) {
        union.join(`message ${match.id}`, `message ${node.id}`);
        parents.set(node.id, match);
        guessed.add(node.id);
      }
    }
    alike.set(key, [...earlier, node]);
  }
  return describe(ordered, { union, parents, guessed });
}

function fits(earlier: ThreadNode, answer: ThreadNode, windowMs: number): boolean {
  return answer.at - earlier.at <= windowMs && (earlier.patient === null || answer.patient === null || earlier.patient === answer.patient);
}

function describe(
  ordered: readonly ThreadNode[],
  found: { readonly union: Union; readonly parents: ReadonlyMap<string, ThreadNode>; readonly guessed: ReadonlySet<string> },
): ReadonlyMap<string, Grouped> {
  const rootOf = (node: ThreadNode): string => found.union.find(`message ${node.id}`);
  const threadOf = new Map<string, string>();
  const patientsOf = new Map<string, Set<string>>();
  for (const node of ordered) {
    const root = rootOf(node);
    if (!threadOf.has(root)) threadOf.set(root, node.id);
    if (node.patient !== null) patientsOf.set(root, (patientsOf.get(root) ?? new Set()).add(node.patient));
  }
  const patientOf = (node: ThreadNode): string | null => {
    const seen = new Set<string>();
    for (let at: ThreadNode | undefined = node; at !== undefined && !seen.has(at.id); at = found.parents.get(at.id)) {
      if (at.patient !== null) return at.patient;
      seen.add(at.id);
    }
    const all = patientsOf.get(rootOf(node));
    return all?.size === 1 ? ([...all][0] ?? null) : null;
  };
  const circles = new Map<string, string>();
  const result = new Map<string, Grouped>();
  for (const node of ordered) {
    const thread = threadOf.get(rootOf(node)) ?? node.id;
    const patient = patientOf(node);
    const circle = `${thread} ${patient ?? ''}`;
    if (!circles.has(circle)) circles.set(circle, node.correspondents);
    result.set(node.id, {
      thread,
      guessed: found.guessed.has(node.id),
      patient,
      correspondents: circles.get(circle) ?? node.correspondents,
    });
  }
  return result;
}

/** Disjoint sets with path compression. */
class Union {
  readonly #parents = new Map<string, string>();

  find(key: string): string {
    let root = key;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    for (let at = key; at !== root;) {
      const next = this.#parents.get(at) ?? root;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one !== other) this.#parents.set(one, other);
  }
}
