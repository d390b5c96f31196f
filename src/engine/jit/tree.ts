/** @file Values in plain records and lists, taken apart into named leaves and put together again. */

/** How a value is put together of leaves, each with its path (`arg0.w`, `arg1[2]`). */
export type Structure =
  | { readonly kind: 'leaf'; readonly path: string }
  | { readonly kind: 'list'; readonly items: readonly Structure[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, Structure])[] }
  | { readonly kind: 'absent' };

export interface Flat<Leaf> {
  readonly structure: Structure;
  readonly leaves: Readonly<Record<string, Leaf>>;
}

/** Makes a leaf of a value; undefined when it is a record or a list instead. Throws for what is neither. */
export type AsLeaf<Leaf> = (value: unknown, path: string) => Leaf | undefined;

const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const field = (path: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;

/** What a value is, for an error. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return value.constructor?.name ?? 'object';
}

/** The leaves of a value in records and lists; `undefined` counts as absent. */
export function flatten<Leaf>(tree: unknown, root: string, asLeaf: AsLeaf<Leaf>): Flat<Leaf> {
  const leaves: Record<string, Leaf> = {};
  const visit = (value: unknown, path: string): Structure => {
    if (value === undefined) return { kind: 'absent' };
    const leaf = asLeaf(value, path);
    if (leaf !== undefined) {
      leaves[path] = leaf;
      return { kind: 'leaf', path };
    }
    if (Array.isArray(value))
      return { kind: 'list', items: value.map((item, i) => visit(item, `${path}[${i}]`)) };
    const entries = Object.entries(value as object);
    return { kind: 'record', entries: entries.map(([key, inner]) => [key, visit(inner, field(path, key))]) };
  };
  return { structure: visit(tree, root), leaves };
}

/** Whether a value is put together of others. */
export const isBranch = (value: unknown): boolean =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && isRecord(value));

/** The value of that structure with the given leaves. */
export function rebuild<Leaf>(structure: Structure, leaves: Readonly<Record<string, Leaf>>): unknown {
  switch (structure.kind) {
    case 'leaf':
      return leaves[structure.path];
    case 'list':
      return structure.items.map(item => rebuild(item, leaves));
    case 'record':
      return Object.fromEntries(structure.entries.map(([key, inner]) => [key, rebuild(inner, leaves)]));
    case 'absent':
      return undefined;
  }
}
