/** @file What the page of an experiment adds to the style of our pages. */
import { BASE } from '../html/style.js';

export const EXPERIMENT_STYLE = `${BASE}
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
.soft { color: color-mix(in srgb, var(--ink) 72%, var(--paper)); font-weight: 400; font-size: .85em; }
.badge.supported, .badge.agree { color: var(--good); } .badge.contradicted, .badge.differ { color: var(--bad); } .badge.cannot-tell { color: var(--warn); }
.warnings { margin: 1rem 0; padding: .6rem 1rem .6rem 2rem; border: 1px solid var(--warn); border-left-width: 6px; border-radius: 6px; background: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .4rem 1.5rem; margin: 1rem 0; font-size: .9rem; } dl div { min-width: 0; }
dt { font-size: .8rem; color: color-mix(in srgb, var(--ink) 72%, var(--paper)); } dd { margin: 0; overflow-wrap: anywhere; }
.statement { border: 1px solid var(--line); border-left: 6px solid var(--warn); border-radius: 6px; padding: .5rem .9rem; margin: .6rem 0; } .statement p { margin: .2rem 0; }
.statement.supported { border-left-color: var(--good); } .statement.contradicted { border-left-color: var(--bad); }
.why { font-size: .85rem; } .why .line { display: block; padding-left: 1em; text-indent: -1em; } caption .says { display: block; font-weight: 400; font-size: .9em; } td .why { display: block; white-space: normal; }
td.number:last-child .why { min-width: 14rem; } .statement details { font-size: .85rem; } .statement summary { padding: .25rem 0; } .theirs { border-top: 1px solid var(--line); margin-top: .5rem; } summary { cursor: pointer; padding: .75rem 0; }
.plots > figure { flex: 1 1 26rem; margin-bottom: 1rem; } figcaption + svg { margin-top: .25rem; }
img { max-width: 100%; height: auto; image-rendering: pixelated; display: block; }
@media (max-width: 44rem) { .plots > figure { flex-basis: 100%; } td.number { white-space: normal; } td .soft { display: inline-block; } }
`;
