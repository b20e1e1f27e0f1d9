"""The page that a report is written on: its frame, and a style for light, dark and print."""

from __future__ import annotations

LIGHT = """--paper: #fff; --page: #f5f6f4; --ink: #1c2326; --soft: #5d686c; --rule: #e2e5e2;
--wash: #f3f5f3; --on: #fff; --accent: #0b6f6b; --right: #0b6f6b; --wrong: #c2410c;
--c-blue: #1666a8; --c-orange: #c2410c; --c-green: #2f7d3b; --c-purple: #7b4bb3;
--c-ochre: #94700a; --c-rose: #b52d62; --c-teal: #0c7f86; --c-slate: #5b6770;"""
DARK = """--paper: #171c1e; --page: #0f1314; --ink: #e8ecea; --soft: #9aa6a8; --rule: #2b3335;
--wash: #1d2325; --on: #0d1112; --accent: #5fd0c5; --right: #4fc3b8; --wrong: #ff8f57;
--c-blue: #6cb6f5; --c-orange: #ff9460; --c-green: #78cf86; --c-purple: #bd9bef;
--c-ochre: #dcb64a; --c-rose: #f286ad; --c-teal: #58cdd4; --c-slate: #a3b0b8;"""
STYLE = """
:root { LIGHT color-scheme: light dark;
  --sans: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC",
    "Noto Sans CJK SC", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { DARK } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 var(--sans); }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 56px; }
h1 { margin: 4px 0 0; font-size: 32px; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0 0 4px; font-size: 17px; } h2 small { font-weight: 400; color: var(--soft); }
p { margin: 0 0 12px; max-width: 75ch; } p.says, .none { color: var(--soft); font-size: 14px; }
.eyebrow { margin: 0; color: var(--accent); font-size: 13px; font-weight: 600; }
section, .hero { background: var(--paper); border: 1px solid var(--rule); border-radius: 12px;
  padding: 22px 24px; margin-top: 20px; min-width: 0; }
.hero { display: grid; grid-template-columns: minmax(230px, 1fr) 3fr; gap: 20px 40px;
  align-items: center; }
.score b { display: block; font-size: 56px; line-height: 1.05; letter-spacing: -.03em;
  color: var(--accent); font-variant-numeric: tabular-nums; }
.score span { color: var(--soft); font-size: 14px; }
dl { display: grid; grid-template-columns: repeat(3, auto); gap: 18px 28px; margin: 0; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-weight: 600; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 20px; }
.pair > :only-child { grid-column: span 2; } section > :last-child { margin-bottom: 0; }
.scroll { overflow-x: auto; } .scroll > svg { min-width: 620px; }
table { border-collapse: collapse; width: 100%; font-size: 13px;
  font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 600; font-size: 13px; text-align: right; }
th, td { padding: 5px 7px; border-bottom: 1px solid var(--rule); text-align: right;
  vertical-align: baseline; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.bar { --length: calc((100% - 14px) * var(--share));
  background: linear-gradient(var(--right), var(--right)) 7px calc(100% - 3px) / var(--length) 3px
  no-repeat; padding-bottom: 9px; min-width: 72px; }
table.narrow { width: auto; } .narrow td { min-width: 76px; }
.miss { display: grid; grid-template-columns: repeat(6, 1fr); gap: 18px 20px;
  margin: 12px 0 0; padding: 0; list-style: none; }
.miss svg { border: 1px solid var(--rule); border-radius: 6px; background: var(--wash);
  margin-bottom: 6px; }
.miss li { font-size: 13px; line-height: 1.45; color: var(--soft); }
.miss b { color: var(--ink); } table .as, .miss .as { color: var(--wrong); font-weight: 600; }
pre { margin: 8px 0 0; padding: 12px 14px; border-radius: 8px; background: var(--wash);
  font: 13px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 20px; color: var(--soft); font-size: 13px; }
@media screen and (max-width: 800px) { .pair, .hero { grid-template-columns: minmax(0, 1fr); }
  .pair > :only-child { grid-column: auto; } dl { grid-template-columns: 1fr 1fr; }
  .miss { grid-template-columns: repeat(auto-fill, minmax(110px, 1fr)); }
  main { padding: 24px 14px; } }
@page { margin: 12mm; }
@media print { :root { LIGHT color-scheme: light; --page: #fff; } main { padding: 0; zoom: .9; }
  section, .hero { break-inside: avoid; padding: 12px 14px; margin-top: 12px; }
  body { font-size: 12px; } table { font-size: 11px; } td, th { padding: 2px 6px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
