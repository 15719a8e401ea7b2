import { cssVariables } from './figures/palette.ts';

const declarations = (ground: 'light' | 'dark') =>
  Object.entries(cssVariables(ground))
    .map(([name, value]) => `${name}: ${value};`)
    .join(' ');

/** The style sheet of a report: light, dark and on paper, without anything from elsewhere. */
export const styleSheet = `
:root { color-scheme: light dark; ${declarations('light')} --quiet: #595959; --rule: #d9d9de; --panel: #f6f7f9; --good: #12734a; --bad: #a11d4c; }
@media (prefers-color-scheme: dark) {
  :root { ${declarations('dark')} --quiet: #adb1ba; --rule: #363a43; --panel: #1f2229; --good: #5fd39b; --bad: #ff8fb0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header { max-width: 64rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.4rem; margin: 3rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
p { max-width: 46rem; margin: .5rem 0; }
.quiet, figcaption, caption { color: var(--quiet); font-size: .875rem; }
.notice { border: 1px solid var(--rule); border-left: 4px solid var(--series-1); border-radius: .3rem; background: var(--panel); padding: .4rem .9rem; margin: 1rem 0; max-width: 50rem; overflow-wrap: anywhere; }
.notice p { margin: .25rem 0; font-size: .94rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; }
.facts div { background: var(--panel); border: 1px solid var(--rule); border-radius: .5rem; padding: .7rem .9rem; }
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.findings { padding-left: 1.2rem; max-width: 50rem; }
.findings li { margin: .35rem 0; }
figure { margin: 1.2rem 0; }
figure svg { width: 100%; max-width: 47.5rem; height: auto; display: block; overflow: visible; }
figcaption { max-width: 46rem; margin-top: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; font-size: .94rem; }
caption { text-align: left; padding-bottom: .4rem; white-space: normal; position: sticky; left: 0; max-width: calc(100vw - 3rem); }
th, td { text-align: right; padding: .4rem .6rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.scroll th[scope="row"], .scroll thead th:first-child { position: sticky; left: 0; background: var(--ground); }
td.words, th.words { text-align: left; white-space: normal; overflow-wrap: break-word; }
td.words { min-width: 9rem; }
.pairs th, .pairs td { padding-left: .4rem; padding-right: .4rem; }
.pairs td.words { min-width: 6.5rem; }
.list { width: 100%; }
.list th, .list td { white-space: normal; vertical-align: top; }
.list td { overflow-wrap: anywhere; min-width: 12rem; }
thead th { font-weight: 600; border-bottom: 2px solid var(--rule); vertical-align: bottom; }
tbody th { font-weight: 600; }
.better { color: var(--good); font-weight: 600; }
.worse { color: var(--bad); font-weight: 600; }
.swatch { display: inline-block; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .5rem; vertical-align: -.05rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.examples { border-collapse: separate; border-spacing: 0 .2rem; }
.examples td, .examples th { border: 0; padding: .15rem .5rem .15rem 0; text-align: left; vertical-align: top; }
.examples td.words { min-width: 9rem; max-width: 13rem; vertical-align: middle; }
.examples img { display: block; width: 8rem; height: auto; border-radius: .3rem; image-rendering: pixelated; }
.examples img.photo { image-rendering: auto; }
details { margin: .8rem 0; }
summary { cursor: pointer; }
pre, code { font: .82rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: .5rem; padding: .9rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { max-width: 64rem; margin: 3rem auto 2rem; padding: 1rem 1.5rem 0; border-top: 1px solid var(--rule); }
@media (max-width: 40rem) {
  main, header { padding-left: 1rem; padding-right: 1rem; }
  th, td { padding: .4rem .6rem; }
  caption { max-width: calc(100vw - 2rem); }
  figure { overflow-x: auto; }
  figure svg { min-width: 34rem; }
  .list, .list tbody, .list tr, .list th, .list td { display: block; padding: 0; border: 0; text-align: left; }
  .list thead { display: none; }
  .list tr { padding: .4rem 0; border-bottom: 1px solid var(--rule); }
  .list th { overflow-wrap: anywhere; }
}
@media print {
  :root { ${declarations('light')} --quiet: #444; --rule: #bbb; --panel: #fff; --good: #12734a; --bad: #a11d4c; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); }
  figure, tr, caption, .facts, .facts div, .notice, .findings li { break-inside: avoid; }
  h2, h3, caption, thead, tbody tr:first-child:not(:last-child) { break-after: avoid; }
  tbody tr:last-child:not(:first-child) { break-before: avoid; }
  .scroll { overflow: visible; }
  .examples img { width: 4.2rem; }
  .examples th { white-space: normal; }
  details > pre { font-size: 8pt; }
}
`;
