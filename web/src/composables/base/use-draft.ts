import { computed, shallowRef, type ComputedRef } from 'vue';

/** What a form holds. */
export interface Draft<Values extends object> {
  /** The stored values with the user's changes on top. */
  readonly values: ComputedRef<Values>;
  /** Only what differs from what is stored. */
  readonly changes: ComputedRef<Partial<Values>>;
  readonly isChanged: ComputedRef<boolean>;
  set<Name extends keyof Values>(name: Name, value: Values[Name]): void;
  discard(): void;
}

/** A draft over stored values: what the user has not touched follows them when they change elsewhere. */
export function useDraft<Values extends object>(stored: () => Values): Draft<Values> {
  const touched = shallowRef<Partial<Values>>({});
  const changes = computed(() => {
    const before = stored();
    const entries = Object.entries(touched.value) as [keyof Values, Values[keyof Values]][];
    return Object.fromEntries(entries.filter(([name, value]) => value !== before[name])) as Partial<Values>;
  });
  return {
    values: computed(() => ({ ...stored(), ...touched.value })),
    changes,
    isChanged: computed(() => Object.keys(changes.value).length > 0),
    set: (name, value) => (touched.value = { ...touched.value, [name]: value }),
    discard: () => (touched.value = {}),
  };
}
