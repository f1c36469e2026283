"""A screen's history as an SVG that plays it: text and CSS, no font, no script, no request."""

from __future__ import annotations

from html import escape

from terminal_screen import Shown

CELL_WIDTH = 8.4
ROW_HEIGHT = 20
MARGIN = 22
TITLE_HEIGHT = 38
HOLD_SECONDS = 8.0

STYLE = """\
.ground{fill:#fbfbf9;stroke:#d5d4cd}.text{fill:#25272b}.dim{fill:#73736c}.key{fill:#0f5fb8;font-weight:600}
@media(prefers-color-scheme:dark){.ground{fill:#14171a;stroke:#343a40}.text{fill:#dcdfe3}
.dim{fill:#7d858e}.key{fill:#7db7ff}}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;
white-space:pre}
.passing{visibility:hidden}
"""
# Whoever wants no motion, and whatever cannot play, sees how it ends.
STILL = "@media(prefers-reduced-motion:reduce){text{animation:none!important}}\n"


def draw(shown: list[Shown], title: str, columns: int, rows: int, seconds: float) -> str:
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = TITLE_HEIGHT + rows * ROW_HEIGHT + MARGIN
    cycle = seconds + HOLD_SECONDS
    frames = "".join(keyframes(index, each, cycle) for index, each in enumerate(shown))
    texts = "\n".join(draw_text(index, each) for index, each in enumerate(shown))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" \
height="{height}" role="img" aria-label="{escape(title)}">
<style>
{STYLE}{frames}{STILL}</style>
<rect class="ground" x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1}" rx="9"/>
<g class="dim">{draw_buttons()}</g>
<text class="dim" x="{width / 2:.0f}" y="24" text-anchor="middle">{escape(title)}</text>
{texts}
</svg>
"""


def draw_buttons() -> str:
    return "".join(f'<circle cx="{24 + 18 * n}" cy="20" r="5" opacity=".5"/>' for n in range(3))


def keyframes(index: int, shown: Shown, cycle: float) -> str:
    """The text's part of the cycle; steps, since a terminal knows no fading."""
    begin = 100 * shown.begin / cycle
    end = "" if shown.end is None else f"{100 * shown.end / cycle:.3f}%{{visibility:hidden}}"
    last = "hidden" if end else "visible"
    return (
        f"@keyframes k{index}{{0%{{visibility:hidden}}{begin:.3f}%{{visibility:visible}}{end}"
        f"to{{visibility:{last}}}}}"
        f"#t{index}{{animation:k{index} {cycle:.2f}s step-end infinite}}\n"
    )


def draw_text(index: int, shown: Shown) -> str:
    y = TITLE_HEIGHT + (shown.row + 0.75) * ROW_HEIGHT
    passing = " passing" if shown.end is not None else ""
    # The length is given, so that columns stand below each other in whatever font is there.
    length = f'textLength="{len(shown.text) * CELL_WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"'
    kind = "key" if shown.typed else "text"
    return (
        f'<text id="t{index}" class="{kind}{passing}" x="{MARGIN}" y="{y:.0f}" {length}>'
        f"{escape(shown.text, quote=False)}</text>"
    )
