/** The form of the words of one part of the panel: the same keys in both languages. */

/** What a part of the panel says. Texts may hold `{{values}}`; a key with `_one` and `_other` is chosen by `count`. */
export interface Words<Text extends Record<string, string>> {
  en: Text;
  ko: Record<keyof Text, string>;
}

/** Declares the words of a part; a key that one language lacks is a type error. */
export function defineWords<const Text extends Record<string, string>>(words: {
  en: Text;
  ko: { [Key in keyof Text]: string };
}): Words<Text> {
  return words;
}
