// node ci/rooms.mjs: the import rules (.dependency-cruiser.cjs), that rooms do not import each other in a circle, and that
// the picture of them in docs/architecture.md is current; with --write (`npm run picture`) it draws that picture anew.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const DOCUMENT = 'docs/architecture.md';
const CRUISED = ['bin', 'src', 'properties', 'experiments', 'bench', 'tests'];
const [BEGIN, END] = ['<!-- rooms: drawn by npm run picture -->', '<!-- end of rooms -->'];

/** The rooms that modules import from, by the rooms that import: Map(room => Set(room)). */
export function arrowsBetween(rooms, modules) {
  const patterns = rooms.map(({ room, files = `^${room}/` }) => [room, new RegExp(files)]);
  const roomOf = path => patterns.find(([, files]) => files.test(path))?.[0];
  const arrows = new Map(rooms.map(({ room }) => [room, new Set()]));
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(source), roomOf(resolved)];
      if (from !== undefined && to !== undefined && from !== to) arrows.get(from).add(to);
    }
  return arrows;
}

/** A circle of rooms, its first room again at the end, or undefined where there is none. */
export function circleIn(arrows) {
  const clear = new Set();
  const follow = (room, path) => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room];
    if (clear.has(room)) return undefined;
    for (const next of arrows.get(room)) {
      const circle = follow(next, [...path, room]);
      if (circle !== undefined) return circle;
    }
    clear.add(room);
    return undefined;
  };
  for (const room of arrows.keys()) {
    const circle = follow(room, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The arrows that do not follow from others; there must be no circle. */
export function withoutDetours(arrows) {
  const reach = (from, to) => from === to || [...arrows.get(from)].some(next => reach(next, to));
  const kept = (from, to) => ![...arrows.get(from)].some(via => via !== to && reach(via, to));
  return new Map([...arrows].map(([from, to]) => [from, new Set([...to].filter(room => kept(from, room)))]));
}

/** The picture as a Mermaid graph, then the table of what each room holds and may import. */
export function picture(rooms, arrows) {
  const id = room => room.replaceAll('/', '_');
  const direct = withoutDetours(arrows);
  const lines = rooms.flatMap(({ room }) => [
    `  ${id(room)}["${room}"]`,
    ...[...direct.get(room)].sort().map(to => `  ${id(room)} --> ${id(to)}`),
  ]);
  const rows = rooms.map(({ room, holds, imports, only }) => {
    const may = imports.map(name => `\`${name}\``).join(', ') || 'nothing of ours';
    return `| \`${room}\` | ${holds} | ${may}${only === undefined ? '' : `: ${only}`} |`;
  });
  return [
    '```mermaid',
    'flowchart TD',
    ...lines,
    '```',
    '',
    '| folder | what it holds | may import |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The document with what stands between the marks replaced. */
export function withPicture(document, drawn) {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`rooms: ${DOCUMENT} must hold the marks ${BEGIN} and ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${drawn}\n\n${document.slice(end)}`;
}

function cruise() {
  const { stdout, stderr } = spawnSync(
    'npx',
    ['--no-install', 'depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...CRUISED],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (!stdout.startsWith('{')) throw new Error(`rooms: dependency-cruiser gave no JSON: ${stderr}`);
  return JSON.parse(stdout);
}

function main(write) {
  const { modules, summary } = cruise();
  const rooms = JSON.parse(readFileSync('ci/rooms.json', 'utf8'));
  const arrows = arrowsBetween(rooms, modules);
  const mistakes = summary.violations.map(
    ({ rule, from, to, cycle }) =>
      `${rule.name}: ${from} -> ${cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> ')}`,
  );
  const circle = circleIn(arrows);
  if (circle !== undefined) mistakes.push(`rooms import each other in a circle: ${circle.join(' -> ')}`);
  else {
    const document = readFileSync(DOCUMENT, 'utf8');
    const current = withPicture(document, picture(rooms, arrows));
    if (write) writeFileSync(DOCUMENT, current);
    else if (document !== current)
      mistakes.push(`${DOCUMENT} must show the rooms as they are - draw them anew: npm run picture`);
  }
  for (const mistake of mistakes) console.error(mistake);
  console.log(
    `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports, ${mistakes.length} against the rules`,
  );
  return mistakes.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = main(process.argv.includes('--write'));
