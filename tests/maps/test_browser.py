"""The page in a real browser, without network: what it shows, what it does, what it must not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.maps.mini import HOSTILE

WIDE = {"width": 1400, "height": 800}


class Opened:
    """A page with what went wrong on it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on(
            "console",
            lambda message: (
                self.faults.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))


@pytest.fixture
def opened(chromium: Any, index_html: Path) -> Iterator[Opened]:
    context = chromium.new_context(viewport=WIDE, offline=True)
    watched = Opened(context.new_page())
    watched.page.goto(index_html.as_uri())
    watched.page.wait_for_selector(".candidate")
    yield watched
    context.close()


def test_it_opens_without_request_or_fault(opened: Opened, index_html: Path) -> None:
    assert opened.requests == [index_html.as_uri()]
    assert opened.faults == []
    assert opened.text("#title") == "迷你区美好社区试点选址"
    assert opened.text("#badge") == "虚构示例 FICTIONAL"
    assert "4 个提议单元中有 3 个可以排名，共 21,600 人" in opened.text("#answer")
    assert opened.page.locator("#ranking > .rank").count() == 3
    assert "需 80 · 熟 70" in opened.text("[data-unit=P0]")  # 79.96 and 70.46, rounded once, as in the answer
    assert opened.page.locator(".candidate").all_inner_texts() == ["1", "2", "3"]
    assert opened.page.locator("#card").is_hidden()


def test_a_theme_brings_its_own_legend(opened: Opened) -> None:
    opened.page.click("[data-group=walk]")
    lines = opened.page.locator("#legend .line").all_inner_texts()
    assert [line.split("\n") for line in lines] == [
        ["5 分钟内", "192"], ["5–10 分钟", "192"], ["10–15 分钟", "192"], ["超过 15 分钟", "192"], ["无法判断", "384"],
    ]  # fmt: skip
    opened.page.click("[data-group=unserved]")
    opened.page.select_option("#variant", "served_elderly_station")
    assert "10 分钟内 · 60 岁以上老人" in opened.text("#legend-title")


def test_every_theme_draws_without_fault(opened: Opened) -> None:
    drawn = opened.page.evaluate("page.themes.map((theme) => { setTheme(theme); return theme.theme; })")
    assert len(drawn) > 40
    assert opened.faults == []


def test_what_is_kept_between_layers_is_what_would_be_drawn_anew(opened: Opened) -> None:
    """After any layer, move and print the map shows, to the pixel, what it shows with nothing kept."""
    same = opened.page.evaluate(
        """() => {
          const canvas = document.querySelector(".folium-map canvas");
          const shown = () => canvas.toDataURL();
          const faults = [];
          const check = (when) => {
            const kept = shown();
            painter.kept?.clear();
            painter.redraw();
            if (shown() !== kept) faults.push(when);
            setTheme(page.themes[0]);
          };
          for (const name of ["answer", "walk_kindergarten", "size_committee", "eligible_compounds", "gates_any"]) {
            setTheme(page.themes.find((theme) => theme.theme === name));
            check(name);
          }
          map.panBy([40, 25], { animate: false });
          check("moved");
          map.setZoom(map.getZoom() + 1, { animate: false });
          check("zoomed");
          setPrinting(true);
          check("printed");
          setPrinting(false);
          check("back from print");
          return faults;
        }"""
    )
    assert same == []
    assert opened.page.evaluate("painter.kept.size") >= 3


def test_printing_leaves_the_map_where_it_stood(opened: Opened) -> None:
    opened.page.evaluate("map.setView(toLatLng(page.shapes.unit_labels[1]), 15.5, { animate: false })")
    before = opened.page.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
    opened.page.pdf(prefer_css_page_size=True)
    assert opened.page.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]") == pytest.approx(
        before, abs=2e-5
    )


def pixel(opened: Opened, longitude_latitude: str) -> list[int]:
    """Colour of the canvas at a place on the ground."""
    return list(
        opened.page.evaluate(
            """(spot) => {
              const canvas = document.querySelector(".folium-map canvas");
              const at = map.latLngToLayerPoint(toLatLng(spot)).subtract(painter._bounds.min);
              return [...canvas.getContext("2d").getImageData(at.x * painter.sharpness, at.y * painter.sharpness, 1, 1).data];
            }""",
            opened.page.evaluate(longitude_latitude),
        )
    )


def test_buildings_wear_the_colour_of_their_minutes(opened: Opened) -> None:
    opened.page.click("[data-group=walk]")
    opened.page.evaluate("state.overlays.names = false; painter.redraw()")
    for address, colour in (
        (0, [0x01, 0x66, 0x5E]),
        (40, [0x5A, 0xB4, 0xAC]),
        (70, [0xD8, 0xB3, 0x65]),
        (100, [0x8C, 0x51, 0x0A]),
    ):
        assert pixel(opened, f"page.shapes.address_points[{address}]")[:3] == colour


def test_a_click_on_a_candidate_opens_its_card_with_its_numbers(opened: Opened) -> None:
    opened.page.locator(".candidate").first.click()
    card = opened.text("#card")
    for part in (
        "候选 1 · 综合提升类",
        "海风里",
        "规模符合",
        "暂缓",
        "7,200",
        "6,720–7,680",
        "86%",
        "（72–83）",
        "需求 80",
        "成熟度 70",
        "还缺的材料 3 项",
    ):
        assert part in card, part
    assert "未知" in opened.page.evaluate("select('unit', 1); document.querySelector('#card').innerText")


def test_a_click_on_the_ground_opens_what_lies_there(opened: Opened) -> None:
    def click(spot: str) -> str:
        x, y = opened.page.evaluate(
            f"""(() => {{
              const at = map.latLngToContainerPoint(toLatLng({spot}));
              const box = map.getContainer().getBoundingClientRect();
              return [at.x + box.x, at.y + box.y];
            }})()"""
        )
        opened.page.mouse.click(x, y)
        return opened.text("#card")

    assert "提议单元 · 未排名" in click("page.shapes.unit_labels[3].map((v, i) => v + 300 * i)")
    opened.page.click("[data-group=walk]")
    card = click("page.shapes.address_points[9]")
    assert "住宅地址" in card
    assert "150" in card
    assert "5.0 分钟" in card


def test_clause_opens_the_notice_s_words(opened: Opened) -> None:
    opened.page.evaluate("select('unit', 0)")
    opened.page.locator("#card .link", has_text="原文").first.click()
    assert opened.page.locator("dialog blockquote").inner_text()
    opened.page.keyboard.press("Escape")
    opened.page.click("#foot .link")
    assert "示例 <b>来源</b>" in opened.text("dialog")


def test_english_is_one_click_away(opened: Opened) -> None:
    opened.page.click("#language")
    assert opened.text("#title") == "Mini: beautiful-community pilots"
    assert "Of 4 proposed units 3 can be ranked" in opened.text("#answer")
    assert "Haifeng Li" in opened.text("#ranking")
    assert opened.page.get_attribute("html", "lang") == "en"
    opened.page.reload()
    assert "Of 4 proposed units 3 can be ranked" in opened.text("#answer")  # the address keeps the language


def test_search_finds_a_compound_by_keys_alone(opened: Opened) -> None:
    opened.page.focus("#search")
    opened.page.keyboard.type("海风42")
    assert opened.page.locator("#found [role=option]").all_inner_texts() == ["海风42小区\n小区"]
    opened.page.keyboard.press("Enter")
    assert "海风42小区" in opened.text("#card")
    opened.page.fill("#search", "没有这个")
    assert opened.text("#found") == "没有找到"


@pytest.mark.parametrize("typed", ["haifeng42", "hf42", "hai feng 42"])
def test_search_finds_a_compound_by_pinyin_and_initials(opened: Opened, typed: str) -> None:
    opened.page.fill("#search", typed)
    assert opened.page.locator("#found [role=option]").first.inner_text() == "海风42小区\n小区"


def test_the_walk_of_a_building_is_told_step_by_step(opened: Opened) -> None:
    """9 m from the door, 240 m along the street, no leg at the kindergarten: 249 m at 0.83 m/s are 300 s."""
    opened.page.evaluate("select('address', 0)")
    opened.page.wait_for_selector(".walk li")
    steps = [text.split("\n")[:2] for text in opened.page.locator(".walk li").all_inner_texts()]
    assert steps == [["出门到路边", "11″"], ["沿第1路", "4′49″"], ["从路边到设施", "0″"]]
    assert "共 249 米 · 5.0 分钟 · 带幼儿" in opened.text(".walk")
    opened.page.locator(".minutes .link", has_text="老年服务站").click()
    opened.page.wait_for_selector("text=老年人")
    assert "267 米" in opened.text(".walk")
    assert opened.page.evaluate("location.hash").endswith("&building=A000&to=elderly_station")
    assert opened.faults == []


def test_a_gate_says_whom_it_would_bring(opened: Opened) -> None:
    opened.page.click("[data-group=gates]")
    opened.page.evaluate("select('gate', 1)")
    card = opened.text("#card")
    assert "仅居民通行" in card
    assert "幼儿园\t150\t180\t3.0 分钟" in card
    opened.page.evaluate("select('unit', 0)")
    assert "本单元 120 位3–6 岁儿童新在 10 分钟内到幼儿园" in opened.text("#card")


def test_a_unit_says_what_comes_next(opened: Opened) -> None:
    opened.page.evaluate("select('unit', 0)")
    card = opened.text("#card")
    for part in (
        "期限 1 年 · 奖补上限 600 万元 · 在名额内",
        "次选：规划新建类",
        "方案 1 第 1 位、方案 2 第 2 位",
        "尚无程序记录 · 下一步骤：申报",
        "区审核 2026-02-06 · 下一步骤：市专家审核确定",
        "& < > \" '",
    ):
        assert part in card, part
    assert opened.page.get_attribute("#card .pages a >> nth=0", "href") == "candidates/P0.html"
    assert opened.page.get_attribute("#card .pages a >> nth=1", "href") == "review.html"


def test_the_back_button_goes_back_and_a_link_opens_a_building(opened: Opened) -> None:
    opened.page.click("[data-group=gates]")
    opened.page.evaluate("select('unit', 1)")
    opened.page.evaluate("select('address', 0)")
    assert "building=A000" in opened.page.evaluate("location.hash")
    opened.page.go_back()
    opened.page.wait_for_function("document.querySelector('#card h2').innerText === '石桥北'")
    opened.page.go_back()
    opened.page.wait_for_selector("#card", state="hidden")
    opened.page.go_forward()
    opened.page.wait_for_function("document.querySelector('#card h2')?.innerText === '石桥北'")
    opened.page.evaluate("location.hash = '#layer=walls&building=A003&to=elderly_station&lang=en'")
    opened.page.wait_for_selector("text=an older walker")
    assert opened.page.get_attribute("[data-group=gates]", "aria-pressed") == "true"
    assert opened.faults == []


def test_hostile_names_are_text_everywhere(opened: Opened) -> None:
    name = HOSTILE[0]
    opened.page.fill("#search", "</script>")
    assert name in opened.text("#found")
    opened.page.evaluate("page.compounds.forEach((_, i) => select('compound', i, {move: true}))")
    opened.page.evaluate("page.facilities.forEach((_, i) => select('facility', i, {move: true}))")
    opened.page.evaluate("select('compound', 0)")
    assert name in opened.text("#card h2")
    assert opened.page.evaluate("window.hit") is None
    assert opened.page.locator("img:not(.leaflet-tile)").count() == 0
    assert opened.faults == []


def test_policy_stops_a_script_that_is_not_ours(opened: Opened) -> None:
    opened.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit=1\">')"
    )
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in fault for fault in opened.faults)


def test_chinese_glyphs_are_there(opened: Opened) -> None:
    different = opened.page.evaluate(
        """() => {
          const drawn = (text) => {
            const canvas = document.createElement("canvas");
            const pen = canvas.getContext("2d");
            pen.font = "24px " + getComputedStyle(document.body).fontFamily;
            pen.fillText(text, 2, 30);
            return canvas.toDataURL();
          };
          return new Set(["候", "选", "小", "区", "\\u{10fffd}"].map(drawn)).size;
        }"""
    )
    assert different == 5, "Chinese is drawn as empty boxes: apt-get install fonts-noto-cjk"


def test_every_control_is_reached_by_keyboard(opened: Opened) -> None:
    seen = set()
    for _ in range(60):
        opened.page.keyboard.press("Tab")
        seen.add(
            opened.page.evaluate(
                "(({id, dataset, className}) => id || dataset.group || dataset.unit || className)(document.activeElement)"
            )
        )
    assert {"search", "language", "print", "P0", "answer", "gates", "quality", "zoom-in"} <= seen
    opened.page.locator(".candidate").nth(1).focus()
    opened.page.keyboard.press("Enter")
    assert "石桥北" in opened.text("#card h2")
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("#card").is_hidden()


def test_links_open_what_they_name(chromium: Any, index_html: Path) -> None:
    context = chromium.new_context(viewport=WIDE, offline=True)
    page = context.new_page()
    page.goto(f"{index_html.as_uri()}#layer=score&unit=P2")
    page.wait_for_selector(".candidate")
    assert "清泉南" in page.inner_text("#card h2")
    assert page.get_attribute("[data-group=units]", "aria-pressed") == "true"
    context.close()


def test_narrow_screens_get_sheets_and_print_leaves_controls_out(chromium: Any, index_html: Path) -> None:
    context = chromium.new_context(viewport={"width": 700, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(index_html.as_uri())
    page.wait_for_selector(".candidate")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    panel, ground = (page.locator(name).bounding_box() for name in ("#panel", "#map"))
    assert panel["y"] >= ground["y"] + ground["height"] - 20
    page.evaluate("setPrinting(true)")
    assert page.locator("#layers-section").is_hidden()
    assert page.locator(".tools").is_hidden()
    assert page.locator("#legend-section").is_visible()
    context.close()


def test_a4_prints_the_map_on_one_page_and_a_card_on_a_second(opened: Opened) -> None:
    def pages() -> int:
        return len(
            re.findall(rb"/Type\s*/Page\b", opened.page.pdf(prefer_css_page_size=True, print_background=True))
        )

    assert pages() == 1
    opened.page.evaluate("select('unit', 0)")
    assert pages() == 2


CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour) && colour !== "transparent") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("header *, aside *, #foot *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(element.className + ": " + element.textContent);
  }
  return faint;
}"""


@pytest.mark.parametrize("theme", ["answer", "need_readiness", "eligible", "served_kindergarten"])
def test_text_stands_out_from_its_ground(opened: Opened, theme: str) -> None:
    opened.page.evaluate(
        f"setTheme(page.themes.find((theme) => theme.theme === '{theme}')); select('unit', 0)"
    )
    opened.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert opened.page.evaluate(CONTRASTS) == []
