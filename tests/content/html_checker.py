"""A small strict reader of HTML mails: what is not closed, named twice, or without words for who listens."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
PHRASING_ONLY = frozenset({"p", "h1", "h2", "h3", "span", "a", "strong", "em"})
BLOCKS = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "table", "blockquote", "div", "hr"})


def html_faults(page: str) -> list[str]:
    """Every fault of a page, in the order of its lines; none for a page that all programs read alike."""
    reader = _Reader()
    if not page.lstrip().lower().startswith("<!doctype html>"):
        reader.faults.append("the page does not begin with a doctype")
    reader.feed(page)
    reader.close()
    return [*reader.faults, *reader.left_open(), *reader.missing()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.headings: list[int] = []
        self.title = ""
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._attributes(tag, attrs, values)
        if tag in BLOCKS and self.open and self.open[-1] in PHRASING_ONLY:
            self._fault(f"<{tag}> stands inside <{self.open[-1]}>")
        if tag == "a" and "a" in self.open:
            self._fault("a link stands inside a link")
        if tag in ("td", "th") and self.open[-1:] != ["tr"]:
            self._fault(f"<{tag}> stands outside a row")
        if tag == "li" and self.open[-1:] not in (["ul"], ["ol"]):
            self._fault("<li> stands outside a list")
        if tag[0] == "h" and tag[1:].isdigit():
            self._heading(int(tag[1:]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._fault(f"</{tag}> closes what is never open")
        elif self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self._fault(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"]:
            self.title += data
        if data.strip() and self.open[-1:] and self.open[-1] in ("table", "tbody", "tr", "ul", "ol"):
            self._fault(f"text stands in <{self.open[-1]}>")

    def left_open(self) -> list[str]:
        return [f"<{tag}> is not closed" for tag in self.open]

    def missing(self) -> list[str]:
        wants = {
            "the page has no title": self.title.strip(),
            "the page does not say its language": self.language,
            "the page has not one heading of the first level": self.headings.count(1) == 1,
        }
        return [fault for fault, there in wants.items() if not there]

    def _attributes(
        self, tag: str, attrs: list[tuple[str, str | None]], values: dict[str, str | None]
    ) -> None:
        if len(values) != len(attrs):
            self._fault(f"<{tag}> has an attribute twice")
        if (name := values.get("id")) is not None:
            if name in self.ids:
                self._fault(f"the id {name} stands twice")
            self.ids.add(name)
        if tag == "img" and values.get("alt") is None:
            self._fault("a picture has no alt text")
        if tag == "a" and not values.get("href"):
            self._fault("a link goes nowhere")
        if tag == "table" and values.get("role") != "presentation":
            self._fault("a table for layout is read out as a table")
        if "lang" in values and not values["lang"]:
            self._fault(f"<{tag}> has an empty language")
        if tag == "html":
            self.language = values.get("lang") or ""

    def _heading(self, level: int) -> None:
        if self.headings and level > self.headings[-1] + 1:
            self._fault(f"<h{level}> follows <h{self.headings[-1]}>")
        self.headings.append(level)

    def _fault(self, what: str) -> None:
        self.faults.append(f"line {self.getpos()[0]}: {what}")
