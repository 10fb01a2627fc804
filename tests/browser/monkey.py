"""A monkey at the app: random clicks, keys, words, files and links from a seed, and a list of what it must not find."""

import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request
from playwright.sync_api import Error as PlaywrightError

from tests.bad_pictures import broken_exif, every_mode, mislabelled, polyglots, shapes
from tests.browser.screenshots import page_names
from tests.picture_files import bombs, damaged_files, whole_files

REMEMBERED = 80  # actions that are told when something is found

WORDS = (
    "0", "1", "3", "-1", "7.5", "1e999", "99999999999999999999", "nan", "½", "1/3", "1 2 3\n4 5 6\n7 8 9", "1;2;3",
    "", " ", "x", "<b>bold</b><style>*{display:none}</style>", "$\\frac{1}{0}$ :smile: **[a](b)**", "\u202egnp.exe",
    "nn.Conv2d(3, 8, 3)", "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())", "((((", "model.add(", "😀" * 40,
    "\x00\x1b[31m", "9" * 500, "dog", "1 " * 3000,
)  # fmt: skip
KEYS = (
    "Enter", "Tab", "Shift+Tab", "Escape", "Space", "Home", "End", "PageDown", "PageUp", "Delete", "Backspace",
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown") * 3, "Shift+ArrowRight", "Shift+ArrowDown", "Control+Enter",
    "+", "-", "0", "5", "a", "Control+z",
)  # fmt: skip
FILE_NAMES = (
    "cat.png",
    "<style>*{display:none}</style>.png",
    "../../x.jpg",
    "\u202egpj.png",
    "😀" * 60 + ".png",
    "a'\"`.gif",
)
SIZES = ((1280, 720), (390, 844), (800, 500))

FAULTY_WORDS = (
    "Traceback", "BidiComponent Error", "Something broke here", "Uncaught app", "This app has encountered an error",
    "This broke off on the server", "Bad message format", "Page not found",
)  # fmt: skip

# Streamlit looks for its server below a deep link first and is told 404; pictures of a page are let go as soon as it is
# left, before the browser has fetched them all; a chooser of files opens for a person only; a file is no longer sent
# where another one takes its place.
EXPECTED = ("status code 507", "/_stcore/", "/media/", "user activation", "CanceledError")

FAULTY_LOG = ("Traceback", "Uncaught", "broke off", "Exception", "Error")

# One of the elements that fit, in the page and in its components: scrolled to; where its middle is, and what it is.
FIND = """([selector, part]) => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches(selector) || element.disabled) continue;
      if (element.href && new URL(element.href).origin !== location.origin) continue;
      const box = element.getBoundingClientRect();
      if (box.width > 2 && box.height > 2) found.push(element);
    }
  };
  walk(document);
  if (!found.length) return null;
  const chosen = found[Math.floor(part * found.length)];
  chosen.scrollIntoView({ block: 'center' });
  const box = chosen.getBoundingClientRect();
  const said = chosen.getAttribute('aria-label') || chosen.textContent || chosen.getAttribute('value') || '';
  const words = `${chosen.tagName.toLowerCase()} ${chosen.className?.baseVal ?? chosen.className ?? ''}`.slice(0, 40);
  return [box.x + box.width / 2, box.y + box.height / 2, `${words} "${said.trim().slice(0, 40)}"`];
}"""
CLICKED = (
    "button, a[href], [role=tab], [role=option], [role=radio], [role=checkbox], [role=slider], label, summary, canvas,"
    " svg, rect, td, input, [tabindex='0']"
)
TYPED = "input[type=text], input[type=number], input:not([type]), textarea"

# What reaches the page, told by the page itself.
LISTEN = """for (const kind of ['click', 'input'])
  addEventListener(kind, (event) => event.isTrusted && monkeyHeard(kind, location.pathname.slice(1)), true);"""
KINDS = ("click", "type", "file", "link")


class Monkey:
    """What it does is in `done`, what it finds in `faults`; both are for whoever reads why a test failed.

    `acted` says how often it really did something: it meant to, and the page or the server noticed.
    """

    def __init__(self, page: Page, address: str, log: Path, seed: int) -> None:
        self.page, self.address, self.log = page, address, log
        self.dice = random.Random(seed)
        self.done: deque[str] = deque(maxlen=REMEMBERED)
        self.count = 0
        self.meant: Counter[tuple[str, str]] = Counter()  # (kind, page) -> how often
        self.noticed: Counter[tuple[str, str]] = Counter()
        self.faults: list[str] = []
        self.files = list(sample_of_files(seed).items())
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("console", self._heard)
        page.on("crash", lambda _: self.faults.append("the page crashed"))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("popup", lambda popup: popup.close())
        page.on("request", self._asked)
        page.expose_function("monkeyHeard", self._noticed)
        page.add_init_script(LISTEN)

    def acted(self, kind: str, name: str | None = None) -> int:
        """How often it did what it meant to, on one page or on all; `kind` is one of KINDS."""
        pages = {page for _, page in self.meant} if name is None else {name}
        return sum(min(self.meant[kind, page], self.noticed[kind, page]) for page in pages)

    @property
    def name(self) -> str:
        """The page it is on, as in the address."""
        return urlsplit(self.page.url).path.strip("/")

    def _noticed(self, kind: str, name: str) -> None:
        self.noticed[{"input": "type"}.get(kind, kind), name] += 1

    def _heard(self, message: ConsoleMessage) -> None:
        told = f"{message.text[:500]} ({message.location.get('url', '')})"
        if message.type == "error" and not any(words in told for words in EXPECTED):
            self.faults.append(f"console: {told}")

    def _asked(self, request: Request) -> None:
        own = (self.address, self.address.replace("http", "ws"), "blob:", "data:", "about:")
        if not request.url.startswith(own):
            self.faults.append(f"asked outside: {request.url}")
        if request.method == "PUT":
            self.noticed["file", self.name] += 1

    def open(self, name: str, query: str = "") -> None:
        self._note(f"open /{name}{query[:100]}")
        self.page.goto(f"{self.address}/{name}{query}", wait_until="commit")
        # What comes too early meets an empty page.
        with contextlib.suppress(PlaywrightError):
            self.page.get_by_test_id("stMain").get_by_role("heading", level=1).first.wait_for(timeout=20_000)

    def act(self, way: Callable[[], None] | None = None) -> None:
        """Do one thing, this or any, wait a moment or not, and look at the page."""
        ways = (self.click, self.type, self.press, self.send, self.drag, self.follow_link, self.resize, self.turn_back)
        way = way or self.dice.choices(ways, weights=(40, 14, 20, 8, 8, 3, 2, 3))[0]
        with contextlib.suppress(PlaywrightError):  # what it aimed at has gone meanwhile
            way()
        self.page.wait_for_timeout(self.dice.choice((0, 0, 0, 20, 60, 200)))
        self.look()

    def look(self) -> None:
        with contextlib.suppress(PlaywrightError):  # between two pages
            words = self.page.evaluate("document.body.textContent")
            self.faults += [f"the page says {word!r}" for word in FAULTY_WORDS if word in words]
        self.look_into_log()

    def look_into_log(self) -> None:
        logged = self.log.read_text()
        if any(word in logged for word in FAULTY_LOG):
            self.faults.append(f"the log says:\n{logged}")

    def look_at_rest(self) -> None:
        """Also at what only a page that nobody leaves has to show: all its pictures."""
        missing = (
            "[...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src)"
        )
        self.faults += [f"no picture: {source[:200]}" for source in self.page.evaluate(missing)]
        self.look()

    def click(self) -> None:
        found = self._find(CLICKED)
        if found is not None:
            x, y, words = found
            times = self.dice.choice((1, 1, 1, 1, 2, 5))
            self._note(f"click {times} times on {words}")
            self.meant["click", self.name] += 1
            self.page.mouse.click(x, y, click_count=times)

    def type(self) -> None:
        found = self._find(TYPED)
        if found is None:
            return
        x, y, words = found
        text, ending = self.dice.choice(WORDS), self.dice.choice(("Enter", "Tab", "Control+Enter"))
        self._note(f"type {text[:40]!r} and {ending} into {words}")
        self.page.mouse.click(x, y)
        self.page.keyboard.press("Control+a")
        self.meant["type", self.name] += 1
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press(ending)

    def press(self) -> None:
        key, times = self.dice.choice(KEYS), self.dice.choice((1, 1, 2, 8))
        self._note(f"press {key} {times} times")
        for _ in range(times):
            self.page.keyboard.press(key)

    def send(self) -> None:
        """A file to the first uploader that is there, which is opened if it is not."""
        field = self.page.locator("input[type=file]").first
        if field.count() == 0:
            way_there = self.page.get_by_role("button", name="Change picture")
            if way_there.count() == 0:
                return
            self._note("open the uploader")
            way_there.click(timeout=1000)
        kind, data = self.dice.choice(self.files)
        name = self.dice.choice(FILE_NAMES)
        self._note(f"send {kind} as {name!r}")
        self.meant["file", self.name] += 1
        field.set_input_files({"name": name, "mimeType": "image/png", "buffer": data}, timeout=3000)

    def drag(self) -> None:
        size = self.page.viewport_size
        width, height = (size["width"], size["height"]) if size else SIZES[0]
        x, y, to_x, to_y = (self.dice.randrange(side) for side in (width, height) * 2)
        self._note(f"drag from {x}, {y} to {to_x}, {to_y}, and the wheel")
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(to_x, to_y, steps=4)
        self.page.mouse.up()
        self.page.mouse.wheel(0, self.dice.choice((-400, 300, 900)))

    def follow_link(self) -> None:
        """The same page by a link in which something is wrong, or another page with what this address says."""
        parts = urlsplit(self.page.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        for number in range(len(query)):
            if self.dice.random() < 0.5:
                query[number] = query[number][0], self.dice.choice(WORDS)[:300]
        name = self.dice.choice((parts.path.strip("/"), self.dice.choice(page_names())))
        self.meant["link", name] += 1
        self.open(name, f"?{urlencode(query, quote_via=quote, errors='replace')}" if query else "")
        self.noticed["link", self.name] += 1

    def resize(self) -> None:
        width, height = self.dice.choice(SIZES)
        self._note(f"resize to {width} by {height}")
        self.page.set_viewport_size({"width": width, "height": height})

    def turn_back(self) -> None:
        way = self.dice.choice(("back", "forward", "reload"))
        self._note(way)
        {"back": self.page.go_back, "forward": self.page.go_forward, "reload": self.page.reload}[way](
            timeout=5000, wait_until="commit"
        )

    def _find(self, selector: str) -> tuple[float, float, str] | None:
        found = self.page.evaluate(FIND, [selector, self.dice.random()])
        return None if found is None else (found[0], found[1], found[2])

    def _note(self, words: str) -> None:
        self.count += 1
        self.done.append(f"{self.count}. {words}  [{self.page.url.split('/', 3)[-1][:60]}]")

    def report(self) -> str:
        return "\n".join(["The monkey found:", *dict.fromkeys(self.faults), "after:", *self.done])


def sample_of_files(seed: int) -> dict[str, bytes]:
    """Some of all the files there are: half of them can be read."""
    dice = random.Random(seed)
    bad = (
        dict(damaged_files(seed)) | bombs() | broken_exif() | {name: data for name, (data, _) in mislabelled().items()}
    )
    good = (
        whole_files()
        | every_mode()
        | polyglots()
        | {f"{wide} by {high}": file for (wide, high), file in shapes().items()}
    )
    return {name: files[name] for files in (bad, good) for name in dice.sample(sorted(files), 30)}
