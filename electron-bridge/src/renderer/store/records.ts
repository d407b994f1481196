/** Records that do not change: another one for each change, and the same one if there is none. */

type Values<Value> = Readonly<Record<string, Value>>;

/** `values` with one more, or another one. */
export function withEntry<Value>(values: Values<Value>, name: string, value: Value): Values<Value> {
  return values[name] === value ? values : { ...values, [name]: value };
}

/** `values` but for the one of `name`. */
export function without<Value>(values: Values<Value>, name: string): Values<Value> {
  return name in values ? only(values, (key) => key !== name) : values;
}

/** Those of `values` whose name is wanted. */
export function only<Value>(values: Values<Value>, isWanted: (name: string) => boolean): Values<Value> {
  const all = Object.entries(values);
  const wanted = all.filter(([name]) => isWanted(name));
  return wanted.length === all.length ? values : Object.fromEntries(wanted);
}

/** Another value for each name. */
export function mapValues<Value>(values: Values<Value>, map: (value: Value) => Value): Values<Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
