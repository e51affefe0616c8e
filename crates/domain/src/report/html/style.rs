//! How the page looks: on light and dark screens, and on paper.

pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--page:#fff;--text:#242424;--soft:#616161;--line:#d1d1d1;--tint:#f5f5f5;\
--critical:#a4262c;--high:#c43501;--medium:#835b00;--low:#0f548c;--info:#616161}\
@media screen and (prefers-color-scheme:dark){:root{--page:#1f1f1f;--text:#ededed;--soft:#adadad;--line:#525252;\
--tint:#2e2e2e;--critical:#f1707b;--high:#f7894a;--medium:#e8b339;--low:#6cb8f6;--info:#adadad}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--page);color:var(--text);font:14px/1.5 'Segoe UI',system-ui,sans-serif}\
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}\
h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0 0 .5rem}\
h1,h2,h3{overflow-wrap:anywhere;break-after:avoid}p,li,dd{overflow-wrap:anywhere}\
.customer{font-size:1.15rem;margin:.25rem 0 1rem}\
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0}dt{color:var(--soft);font-size:.85rem}dd{margin:0}\
dl.note{gap:.25rem 1.5rem;font-size:.85rem;border-top:1px solid var(--line);padding-top:.5rem}\
.summary{display:flex;flex-wrap:wrap;gap:1.5rem;list-style:none;padding:0;margin:1.5rem 0}.summary b{font-size:1.5rem}\
.notice,.accepted{background:var(--tint);border-left:4px solid var(--soft);padding:.75rem 1rem}\
article{border:1px solid var(--line);border-left-width:4px;border-radius:4px;padding:1rem;margin:0 0 1rem;\
break-inside:avoid}\
.badge{border:1px solid currentColor;border-radius:3px;font-size:.75rem;padding:0 .4rem;text-transform:uppercase}\
article.critical{border-left-color:var(--critical)}article.high{border-left-color:var(--high)}\
article.medium{border-left-color:var(--medium)}article.low{border-left-color:var(--low)}\
article.info{border-left-color:var(--info)}\
.critical>b,.critical .badge{color:var(--critical)}.high>b,.high .badge{color:var(--high)}\
.medium>b,.medium .badge{color:var(--medium)}.low>b,.low .badge{color:var(--low)}.info>b,.info .badge{color:var(--info)}\
.bar{display:inline-block;width:10rem;height:.6rem;border:1px solid var(--soft);border-radius:3px;overflow:hidden;\
vertical-align:middle}.bar>span{display:block;height:100%;background:var(--critical)}\
.regions{margin:.25rem 0;padding-left:1.25rem}\
table{border-collapse:collapse;width:100%;margin:.5rem 0}\
th,td{border-bottom:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{font-weight:600}td.weaker{color:var(--critical)}\
@media print{main{max-width:none;padding:0}body{font-size:10pt}thead{display:table-header-group}\
tr,li,.notice,.accepted,.share{break-inside:avoid}p{orphans:3;widows:3}\
.bar,.bar>span,article{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\
@page{size:A4;margin:20mm 15mm 18mm;\
@top-left{font:8pt sans-serif;color:#616161}@top-right{font:8pt sans-serif;color:#616161}\
@bottom-right{font:8pt sans-serif;color:#616161;content:counter(page) ' / ' counter(pages)}}";
