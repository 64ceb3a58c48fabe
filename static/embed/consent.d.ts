// What the consent script offers to the scripts of a page.

/** A category of cookies. A portal offers `necessary`, which is always on, and some of the others. */
type ConsentCategory = "necessary" | "preferences" | "statistics" | "marketing";

/** What the visitor decided, as the cookie `cookies_preferences` holds it. */
interface ConsentDecision {
  /** The format of the cookie. */
  v: 1;
  /** Names the browser, not the person (a UUID). */
  id: string;
  /** The policy version that the visitor saw. */
  policy: number;
  /** When it was decided, in seconds since 1970 (UTC). */
  at: number;
  accepted: ConsentCategory[];
  rejected: ConsentCategory[];
}

/** What the events carry: the decision, or null before there is one. */
interface ConsentEvents {
  /** Once a page, as soon as it is known whether the visitor has decided. */
  ready: ConsentDecision | null;
  /** After every answer, also one that changes nothing. */
  decided: ConsentDecision | null;
  /** After an answer that changes what is accepted. */
  changed: ConsentDecision | null;
}

interface Consent {
  /** Whether a category is accepted, and by an answer that is still valid. */
  has(category: ConsentCategory): boolean;
  /** A copy of the decision; null if there is none that is valid. */
  readonly decision: ConsentDecision | null;
  /** Opens the preference centre. */
  open(): Promise<void>;
  /**
   * Calls the listener at every event of the name; for `ready` also at once, as the page may be late.
   * Returns a function that ends it.
   */
  on<Name extends keyof ConsentEvents>(
    name: Name,
    listener: (decision: ConsentEvents[Name]) => void,
  ): () => void;
}

/** Absent until the script has run: listen to `consent:ready`, or ask with `window.consent?.has(…)`. */
interface Window {
  readonly consent?: Consent;
}

interface DocumentEventMap {
  "consent:ready": CustomEvent<ConsentEvents["ready"]>;
  "consent:decided": CustomEvent<ConsentEvents["decided"]>;
  "consent:changed": CustomEvent<ConsentEvents["changed"]>;
}
