/** The look of the page: one column of system type, light and dark by preference, ink-saving on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2024; --quiet: #5d666f; --line: #dfe3e8; --ground: #fff; --panel: #f6f7f9;
  --good: #18794e; --good-ground: #e9f6ee; --bad: #c22f2f; --bad-ground: #fdeeee; --notice-ground: #fff7e0; --accent: #4269d0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ec; --quiet: #98a2ac; --line: #333b43; --ground: #14181c; --panel: #1c2228;
    --good: #5bd197; --good-ground: #16301f; --bad: #ff8b80; --bad-ground: #3a1c1b; --notice-ground: #352c12; --accent: #97bbf5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 40px 28px 72px; }
h1 { font-size: 30px; line-height: 1.2; margin: 4px 0 8px; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 12px; letter-spacing: -.01em; }
h3 { font-size: 15px; margin: 0 0 2px; }
p { margin: 0 0 12px; }
.brand { color: var(--quiet); font-size: 13px; margin: 0; }
.variant { font-weight: 400; color: var(--quiet); }
.lead { font-size: 17px; max-width: 70ch; overflow-wrap: anywhere; }
.facts { color: var(--quiet); font-size: 13.5px; }
.facts b { font-weight: 600; color: var(--ink); }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.headline { font-size: 17px; padding: 10px 14px; border-radius: 8px; border-left: 4px solid; }
.headline.met { background: var(--good-ground); border-color: var(--good); }
.headline.missed { background: var(--bad-ground); border-color: var(--bad); }
.headline.plain { background: var(--panel); border-color: var(--accent); }
.found { display: block; font-size: 12.5px; }
.better, .best { color: var(--good); } .worse { color: var(--bad); } .none { color: var(--quiet); }
.best { font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 12px; margin: 0 0 12px; }
.card { background: var(--panel); border-radius: 10px; padding: 14px 16px; }
.card ul { margin: 6px 0 0; }
pre { background: var(--panel); border-radius: 8px; padding: 10px 14px; margin: 0 0 12px; white-space: pre-wrap; }
.verdict { font-weight: 600; white-space: nowrap; }
.verdict.met { color: var(--good); }
.verdict.missed { color: var(--bad); }
.verdict.open { color: var(--quiet); }
.notice { background: var(--notice-ground); border-radius: 8px; padding: 10px 14px; }
.notice ul { margin: 0; }
ul { padding-left: 22px; margin: 0 0 12px; }
li { margin: 4px 0; max-width: 92ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 12px; margin: 18px 0 0; }
.tile { background: var(--panel); border-radius: 10px; padding: 14px 16px; }
.tile dt { color: var(--quiet); font-size: 13px; }
.tile dd { margin: 2px 0 0; font-size: 23px; font-weight: 600; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
.tile dd .ci { font-size: 13.5px; font-weight: 400; letter-spacing: 0; }
.tile dd.note { font-size: 13px; font-weight: 400; color: var(--quiet); letter-spacing: 0; }
.ci { color: var(--quiet); font-size: .88em; }
.ci.below { display: block; }
.hint { display: block; font-weight: 400; font-size: 12px; color: var(--quiet); white-space: normal; max-width: 44ch; }
.scroll { overflow-x: auto; margin: 0 0 12px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: baseline; }
thead th { color: var(--quiet); font-weight: 500; font-size: 12.5px; vertical-align: bottom; }
th[title] { text-decoration: underline dotted; text-underline-offset: 3px; }
tbody th { font-weight: 600; max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
#metrics tbody th, #slos tbody th, #differences tbody th, #sensitivity tbody th, #cheaper tbody th, #tuning tbody th {
  white-space: normal; min-width: 170px; }
.text { text-align: left; }
td.text { white-space: normal; }
th:first-child, td:first-child { padding-left: 0; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 34px 32px; }
.charts.three { grid-template-columns: repeat(3, minmax(0, 1fr)); }
.scroll + .charts, .charts + .scroll { margin-top: 20px; }
figure.wide { grid-column: 1 / -1; }
a { color: var(--accent); }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figcaption p { color: var(--quiet); font-size: 13px; margin: 0 0 8px; line-height: 1.4; }
.chart, .chart.vega-embed { width: 100%; display: block; padding-right: 0; }
.chart svg { display: block; max-width: 100%; }
.chart summary { opacity: .35; }
footer { margin-top: 48px; color: var(--quiet); font-size: 13px; }
@media (max-width: 820px) { .charts, .charts.three { grid-template-columns: minmax(0, 1fr); } main { padding: 24px 16px 48px; } }
@media print {
  :root { color-scheme: light; --ink: #000; --quiet: #555; --line: #ccc; --ground: #fff; --panel: #f6f7f9;
    --good: #18794e; --good-ground: #fff; --bad: #c22f2f; --bad-ground: #fff; --notice-ground: #fff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 26px; }
  .scroll { overflow: visible; }
  table { font-size: 7.6pt; }
  th, td { padding: 3px 4px; white-space: normal; }
  tr { break-inside: avoid; }
  .chart summary { display: none; }
  .chart svg { height: auto; }
}
`;
