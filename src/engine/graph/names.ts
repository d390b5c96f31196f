/** @file Are the right inputs given? */

/**
 * Throws, for `where`, unless the names of `given` are among those `known`; `all` asks for every one of them.
 */
export function checkNames(where: string, what: string, given: object, known: object, all: boolean): void {
  const names = Object.keys(known);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new Error(`${where}: there is no ${what} '${name}' - known are ${names.join(', ') || 'none'}`);
  const missing = all ? names.find(name => !Object.hasOwn(given, name)) : undefined;
  if (missing !== undefined)
    throw new Error(`${where}: every ${what} must be given, got none for '${missing}'`);
}
