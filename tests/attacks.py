"""Text that must stay text: forty names and comments that try to become markup, script, style, formula or something else.

A script that runs sets `window.hit`; a request that is made goes to a name under `.invalid`, which never resolves.
"""

from __future__ import annotations

MARKUP = (
    "</script><script>window.hit=1</script>",
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "'\"><svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    '<iframe srcdoc="<script>parent.window.hit=1</script>">',
    "<body onload=window.hit=1>",
    "<details open ontoggle=window.hit=1>开",
    "<input autofocus onfocus=window.hit=1>",
    "</title></style></textarea></template><b onmouseover=window.hit=1>",
    '<a href="javascript:window.hit=1">链接</a>',
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>",
    "<!--<script>",
    "-->]]><![CDATA[<x/>",
    '<meta http-equiv="refresh" content="0;url=https://attack.invalid/">',
    '<link rel="stylesheet" href="https://attack.invalid/a.css">',
    "& &amp; &lt;b&gt; < > \" ' ` \\",
)
LINKS = (
    "javascript:window.hit=1",
    "JaVaScRiPt:window.hit=1//",
    "data:text/html,<script>window.hit=1</script>",
)
SCRIPT = (
    '";window.hit=1;//',
    "';window.hit=1;//",
    "`${window.hit=1}`",
    "{{constructor.constructor('window.hit=1')()}}",
    "__proto__",
    "\\u003cscript\\u003ewindow.hit=1",
    "\u2028window.hit=1\u2029",
)
STYLE = (
    "red;background:url(https://attack.invalid/a.png)",
    "</style><style>*{display:none!important}</style>",
)
FORMULAS = (
    '=HYPERLINK("https://attack.invalid/","点我")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(1+1)*IMPORTDATA("https://attack.invalid/")',
    "\t=1+1",
)
UNICODE = (
    "\u202e区小风海\u202c",  # right-to-left override: shown backwards where it is not kept apart
    "\u2066\u2067\u061c甲\u200f",  # isolates that are never closed
    "零\x00宽",  # NUL, which XML and many formats do not allow
    "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳",
    "e\u0301" + "\u0301" * 200,  # one letter under a tower of accents
)
LONG = ("长" * 5_000,)

ATTACKS: tuple[str, ...] = MARKUP + LINKS + SCRIPT + STYLE + FORMULAS + UNICODE + LONG
