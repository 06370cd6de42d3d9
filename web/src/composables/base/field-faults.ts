/** A field of a form that is typed as a number. */
export interface NumberField<Name extends string = string> {
  /** As the api calls it. */
  readonly name: Name;
  readonly label: string;
  readonly isWhole: boolean;
}

/** More than this is no `Int` of GraphQL. */
const LARGEST_WHOLE = 2 ** 31 - 1;

/** What was typed into number fields: the numbers, and a fault for each field where it is none. Fields not in `typed` are left out. */
export function readNumbers<Name extends string>(
  fields: readonly NumberField<Name>[],
  typed: Partial<Record<Name, string>>,
): { readonly numbers: Partial<Record<Name, number>>; readonly faults: readonly string[] } {
  const numbers: Partial<Record<Name, number>> = {};
  const faults: string[] = [];
  for (const { name, isWhole } of fields) {
    const text = typed[name]?.trim();
    if (text === undefined) continue;
    const value = Number(text);
    const fits = isWhole
      ? Number.isInteger(value) && Math.abs(value) <= LARGEST_WHOLE
      : Number.isFinite(value);
    if (text !== '' && fits) numbers[name] = value;
    else faults.push(`${name} must be a ${isWhole ? 'whole ' : ''}number.`);
  }
  return { numbers, faults };
}

/** Faults sorted by the fields that they name first; in the words of the form. */
export interface SortedFaults {
  /** By the field's name. */
  readonly byField: ReadonlyMap<string, string>;
  /** Those that name no field. */
  readonly others: readonly string[];
}

export function sortFaults(
  fields: readonly Pick<NumberField, 'name' | 'label'>[],
  faults: readonly string[],
): SortedFaults {
  const byField = new Map<string, string>();
  const others: string[] = [];
  for (const fault of faults) {
    const words = fault.match(/[a-zA-Z]+/g) ?? [];
    const name = words.find((word) => fields.some((field) => field.name === word));
    const text = inWordsOfForm(fields, fault);
    if (name === undefined) others.push(text);
    else byField.set(name, [byField.get(name), text].filter(Boolean).join(' '));
  }
  return { byField, others };
}

function inWordsOfForm(fields: readonly Pick<NumberField, 'name' | 'label'>[], fault: string): string {
  const text = fault.replace(
    /[a-zA-Z]+/g,
    (word) => fields.find(({ name }) => name === word)?.label.toLowerCase() ?? word,
  );
  return text.charAt(0).toUpperCase() + text.slice(1);
}
