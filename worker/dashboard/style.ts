/** The one style sheet. System fonts, two themes by the reader's preference, nothing that moves. */
export const STYLE = `
:root{color-scheme:light dark;
--bg:#f6f7f9;--surface:#fff;--text:#1b2128;--muted:#57606b;--line:#dfe3e8;--soft:#eef1f4;
--accent:#0a58ad;--ok:#18703a;--okbg:#e3f3e8;--warn:#855000;--warnbg:#fbf0da;--bad:#b3261e;--badbg:#fce8e6;
--flow:#7aa7d9;--flowbad:#d9736b;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--bg:#101418;--surface:#171c21;--text:#e4e8ec;--muted:#9ba6b2;--line:#2b323a;--soft:#20262c;
--accent:#7db8ff;--ok:#5fce86;--okbg:#15301f;--warn:#e8b04b;--warnbg:#352810;--bad:#ff9b92;--badbg:#3d1a18;
--flow:#3f6fa8;--flowbad:#b0504a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;display:grid;grid-template-columns:196px minmax(0,1fr);min-height:100vh}
a{color:var(--accent);text-decoration:none}a:hover,main p a,.steps a{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px;top:8px;background:var(--surface);padding:6px 12px;z-index:2}.skip:focus{left:8px}
.side{background:var(--surface);border-right:1px solid var(--line);padding:18px 12px;position:sticky;top:0;height:100vh;overflow:auto;display:flex;flex-direction:column;gap:14px}
.brand{font-weight:650;font-size:16px;letter-spacing:-.01em;color:var(--text);padding:0 8px;display:flex;gap:8px;align-items:center}.brand:hover{text-decoration:none}
.side ul{list-style:none;margin:0;padding:0;display:flex;flex-direction:column;gap:1px}
.side li a{display:flex;justify-content:space-between;gap:8px;padding:5px 8px;border-radius:6px;color:var(--text)}
.side li a:hover{background:var(--soft);text-decoration:none}
.side li a[aria-current]{background:var(--soft);font-weight:600}
.foot{margin-top:auto;padding:0 8px;color:var(--muted);font-size:12px}.foot p{margin:4px 0}
main{padding:22px 28px 48px;max-width:1240px;width:100%}
h1{font-size:21px;line-height:1.25;font-weight:650;letter-spacing:-.015em;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:15px;font-weight:650;margin:0 0 8px}
h2+p{margin-top:0}
.card>h3:first-child,.card>p:first-child{margin-top:0}.card>p:last-child{margin-bottom:0}
h3{font-size:14px;font-weight:600;margin:16px 0 6px}
.lede{color:var(--muted);margin:0 0 18px;max-width:80ch}
section{margin:22px 0}
.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
.grid.wide{grid-template-columns:repeat(auto-fill,minmax(290px,1fr))}
.stat dt,.label{color:var(--muted);font-size:12.5px}
.stat dd{margin:0}.stat b{font-size:22px;font-weight:600;letter-spacing:-.02em;line-height:1.3}
.stat .tag{white-space:normal}
.stat .sub{color:var(--muted);font-size:12.5px}
dl{margin:0}
.pairs{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:3px 16px}.pairs dt{color:var(--muted)}.pairs dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;overflow-wrap:normal;background:var(--surface);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding:10px 14px 4px;font-weight:600}
th,td{text-align:left;padding:7px 14px;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:12.5px;font-weight:500;color:var(--muted);white-space:nowrap;background:var(--surface)}
tbody th{font-weight:500}
td.n,th.n{text-align:right;white-space:nowrap}
.nowrap{white-space:nowrap}.wrap{overflow-wrap:anywhere}td.wrap{min-width:10em}tbody th.wrap{min-width:13em}td.changed{min-width:22em}td.wide{min-width:16em}
h1+form.row{margin-top:14px}
code,pre,.mono{font-family:var(--mono);font-size:12.5px}
pre{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:12px 16px;overflow-x:auto;margin:0;line-height:1.55}
.cmd{display:inline-block;background:var(--soft);border-radius:5px;padding:2px 7px;overflow-wrap:anywhere}
.muted{color:var(--muted)}small{font-size:12.5px}
.tag{display:inline-flex;align-items:center;gap:5px;padding:0 8px;border-radius:10px;font-size:12.5px;line-height:20px;white-space:nowrap;background:var(--soft);color:var(--text)}
.tag::before{content:"";flex:none;width:7px;height:7px;border-radius:50%;background:currentColor}
.tag.ok{background:var(--okbg);color:var(--ok)}.tag.warn{background:var(--warnbg);color:var(--warn)}.tag.bad{background:var(--badbg);color:var(--bad)}
.tag.bad::before{border-radius:1px}.tag.warn::before{border-radius:1px;transform:rotate(45deg)}
.tag.plain::before{display:none}
.count{background:var(--badbg);color:var(--bad);border-radius:9px;padding:0 7px;font-size:12px;line-height:20px}
.list{margin:0;padding:0;list-style:none}.list li{padding:2px 0}
.notice{border-left:3px solid var(--warn);background:var(--warnbg);padding:8px 14px;border-radius:0 6px 6px 0;margin:0 0 16px}
.notice.bad{border-color:var(--bad);background:var(--badbg)}
form.row{display:flex;flex-wrap:wrap;gap:10px;align-items:flex-end;margin:0 0 16px}
label{display:grid;gap:3px;font-size:12.5px;color:var(--muted)}label.grow{flex:1 1 260px}
input,select,textarea,button{font:inherit;color:var(--text);background:var(--surface);border:1px solid #8b95a1;border-radius:6px;padding:6px 10px;min-height:34px;min-width:0}
textarea{font-family:var(--mono);font-size:12.5px;width:100%}
button{background:var(--accent);border-color:var(--accent);color:var(--surface);font-weight:600;cursor:pointer;padding:6px 16px}
button.quiet{background:none;border:0;color:var(--accent);font-weight:400;padding:0;min-height:0;font-size:12px}
.pager{display:flex;gap:14px;align-items:center;margin:12px 2px;color:var(--muted)}
.steps{list-style:none;margin:0;padding:0}
.steps>li{display:grid;grid-template-columns:110px minmax(0,1fr);gap:2px 16px;padding:10px 16px;border-bottom:1px solid var(--line)}
.steps>li:last-child{border-bottom:0}.steps .label{padding-top:1px}.steps .scroll{margin:6px 0}
.verdict{font-size:16px;font-weight:600;margin:0}
svg{display:block;max-width:100%}
.spark .area{fill:var(--soft)}.spark .lineof{fill:none;stroke:var(--accent);stroke-width:1.5;vector-effect:non-scaling-stroke}
.spark.badof .lineof{stroke:var(--bad)}.spark{width:100%;height:44px;margin-top:6px}
.sankey{width:100%;min-width:900px;height:auto;max-width:none}
.sankey path{fill:none;stroke:var(--flow);stroke-opacity:.42}.sankey path.bad{stroke:var(--flowbad);stroke-opacity:.75}
.sankey rect{fill:var(--accent)}.sankey rect.bad{fill:var(--bad)}
.sankey text{font-size:12px;fill:var(--text);paint-order:stroke;stroke:var(--surface);stroke-width:3px;stroke-linejoin:round}
.sankey text.head{fill:var(--muted)}.sankey .num{fill:var(--muted)}
details>summary{cursor:pointer;color:var(--accent)}
.change{padding:8px 0;border-bottom:1px solid var(--line)}.change:last-child{border:0}
.narrow{max-width:400px;margin:12vh auto;padding:0 16px;grid-column:1/-1;width:100%}
.narrow form{display:grid;gap:12px;margin-top:16px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.live::before{content:"";display:inline-block;width:7px;height:7px;border-radius:50%;background:var(--muted);margin-right:6px}
.live.on::before{background:var(--ok)}.live.off::before{background:var(--bad)}
@media (max-width:760px){
body{display:block}
.side{position:static;height:auto;flex-direction:column;padding:10px 12px 0;gap:6px;border-right:0;border-bottom:1px solid var(--line)}
.side nav{padding:0 0 6px}.side ul{flex-flow:row wrap}.side li a{white-space:nowrap}
.foot{margin:0;padding:0 8px 8px;display:flex;flex-wrap:wrap;gap:0 14px}
main{padding:16px 14px 40px}
th,td{padding:7px 10px}
.steps>li{grid-template-columns:minmax(0,1fr)}td.changed{min-width:15em}
.grid{grid-template-columns:repeat(auto-fill,minmax(140px,1fr))}.grid.wide{grid-template-columns:1fr}}
@media print{.side{display:none}body{display:block}}
`;
