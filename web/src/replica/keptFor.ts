/** Works something out about an object only once, and keeps it for as long as the object is there. */
export function keptFor<Key extends object, Value extends object>(make: (key: Key) => Value): (key: Key) => Value {
  const kept = new WeakMap<Key, Value>();
  return (key) => {
    const known = kept.get(key);
    if (known) return known;
    const value = make(key);
    kept.set(key, value);
    return value;
  };
}
