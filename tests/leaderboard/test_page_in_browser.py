from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def file(written) -> Path:
    return written.paths["html"]


@pytest.fixture
def page(browser, file):
    """The open page; whatever it complains about or asks for elsewhere fails the test."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: _note(request.url, file, complaints))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints == []


def _note(url: str, file: Path, complaints: list[str]) -> None:
    if not url.startswith("data:") and url.partition("#")[0] != file.as_uri():
        complaints.append(f"asked for {url[:100]}")


def until(page, condition: str) -> None:
    """Wait until a condition holds; the page's own policy forbids Playwright's way of waiting."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


def systems(page) -> list[str]:
    return page.locator(".systems").first.locator("tbody .model").all_text_contents()


def heading(page, text: str):
    return page.locator(".systems").first.locator("thead th", has_text=text)


def test_a_click_on_a_heading_sorts_best_first_then_back_and_the_ceiling_stays(page):
    coverage = heading(page, "coverage")
    coverage.get_by_role("button").click()
    assert coverage.get_attribute("aria-sort") == "descending"
    best_first = ["smooth-foley-mini", "foleycrafter-mini", "silence"]
    assert systems(page) == ["reference", *best_first, "noise"]
    coverage.get_by_role("button").click()
    assert coverage.get_attribute("aria-sort") == "ascending"
    assert systems(page) == ["reference", *best_first[::-1], "noise"]
    assert heading(page, "panns").first.get_attribute("aria-sort") == "none"


def test_a_heading_sorts_from_the_keyboard_and_missing_numbers_stay_last(page):
    spill = heading(page, "spill")
    for order in ("ascending", "descending"):
        spill.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert spill.get_attribute("aria-sort") == order
        assert systems(page)[-2:] == ["silence", "noise"]  # noise is not ranked


def test_the_filter_leaves_the_systems_that_match(page):
    page.get_by_label("Filter systems").fill("mini")
    visible = page.locator(".systems").first.locator("tbody tr:visible .model")
    assert visible.all_text_contents() == ["smooth-foley-mini", "foleycrafter-mini"]


def test_a_clip_plays_and_switches_at_the_same_position(page):
    page.locator(".cards a").first.click()
    until(page, "player.video.readyState >= 3 && player.sounds.every(s => s.readyState >= 3)")
    page.keyboard.press("Space")
    until(page, "player.video.currentTime > 0.5")
    before = page.evaluate("player.position")
    page.keyboard.press("3")
    assert page.evaluate("player.position") >= before
    assert page.evaluate("player.sounds.map(s => s.muted)") == [True, True, False, True, True]
    assert page.locator(".panel:visible .playing").text_content() == "foleycrafter-mini"
    spread = page.evaluate(
        "Math.max(...player.sounds.map(s => Math.abs(s.currentTime - player.position)))"
    )
    assert spread < 0.15
    page.keyboard.press("Space")
    assert page.evaluate("player.video.paused && player.sounds.every(s => s.paused)")


def test_a_click_into_a_spectrogram_seeks_and_switches(page):
    page.locator(".cards a").first.click()
    until(page, "player.video.readyState >= 2")
    picture = page.locator(".panel:visible .spectrogram").nth(1)
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] / 2, "y": 10})
    until(page, "Math.abs(player.position - player.seconds / 2) < 0.1")
    assert page.evaluate("player.chosen") == 1
    cursor = "document.querySelector('.panel:not([hidden]) .cursor')"
    until(page, f"parseFloat({cursor}.style.left) > 45")


def test_a_failed_take_says_why_and_cannot_be_chosen(page):
    page.locator(".cards a").nth(1).click()
    lane = page.locator(".panel:visible .lane", has_text="noise")
    assert "time-out: took over 300 s" in lane.text_content()
    assert lane.get_by_role("button").is_disabled()
    chosen = page.evaluate("player.chosen")
    page.keyboard.press("5")
    assert page.evaluate("player.chosen") == chosen


def test_the_sounds_of_a_clip_are_let_go_when_it_is_left(page):
    page.locator(".cards a").first.click()
    first = page.evaluate_handle("player.sounds[0]")
    page.get_by_role("link", name="All clips").locator("visible=true").click()
    until(page, "player === null")
    assert not first.evaluate("sound => sound.hasAttribute('src')")
    assert page.locator("#overview").is_visible()


def test_a_worst_clip_leads_to_the_clip(page):
    worst = page.locator("details", has=page.get_by_text("Worst clips"))
    worst.locator("summary").click()
    worst.get_by_label("Metric").select_option(label="continuity.coverage ↑")
    link = worst.get_by_role("row", name="smooth-foley-mini").get_by_role("link").first
    identity = link.get_attribute("href").removeprefix("#clip-0-")
    link.click()
    assert identity in page.locator(".panel:visible h2").text_content()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_width_makes_the_page_scroll_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    across = "document.documentElement.scrollWidth"
    assert page.evaluate(across) <= width
    page.locator(".cards a").first.click()
    until(page, "player !== null")
    assert page.evaluate(across) <= width


def test_the_page_can_be_read_in_the_dark(browser, file):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(file.as_uri())
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    context.close()

    def level(colour: str) -> int:
        return sum(int(part) for part in colour.strip("rgb()").split(","))

    assert level(background) < 120
    assert level(ink) > 600
