"""The models' regular expressions in Python: what they match, and strings that they match."""

import random
import re
from functools import cache

try:
    import re._parser as sre_parse
except ImportError:  # Python 3.10
    import sre_parse

# Python's re knows no properties. These stand for them in tests that draw nothing else: the
# strings here use few letters, and those are in the right class.
PROPERTIES = {
    "L": "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u4e00-\u9fff",
    "M": "\u0300-\u036f",
    "N": "0-9\u00b2\u00b3\u00b9\u00bc-\u00be",
    "P": "!-#%-*,-/:;?@\\[-\\]_{}\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf",
    "S": "$+<->^`|~\u00a2-\u00a6\u00a8\u00a9\u00ac\u00ae-\u00b1\u00b4\u00b8\u00d7\u00f7",
    "Z": " \u00a0\u2028\u2029",
    "ASCII": "\\x00-\\x7f",
    "Alnum": "A-Za-z0-9",
    "Print": "\\x20-\\x7e",
}

# For what the drawing below does not find a match of.
EXAMPLES: dict[str, list[str]] = {}

TRIES = 400


def to_python(pattern: str) -> str:
    pattern = re.sub(r"\\u(D[89AB]..)\\u(D[C-F]..)", surrogates, pattern)
    pattern = re.sub(r"\$\{\d+,\d+\}", "$", pattern)
    pattern = pattern.replace(r"\z", r"\Z")
    out, in_class = [], False
    for token in re.findall(r"\\[pP]\{\w+\}|\\.|.", pattern, re.DOTALL):
        if token.startswith(r"\p{"):
            members = PROPERTIES[token[3:-1]]
            token = members if in_class else f"[{members}]"
        elif token == "[" and in_class:
            token = r"\["
        elif token == "[":
            in_class = True
        elif token == "]":
            in_class = False
        out.append(token)
    return "".join(out)


def surrogates(match: re.Match) -> str:
    high, low = (int(half, 16) for half in match.groups())
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + low - 0xDC00:08x}"


@cache
def compiled(pattern: str) -> re.Pattern:
    return re.compile(to_python(pattern), re.ASCII)


def matches(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(text) is not None


class Drawer:
    """Walks a parsed pattern, and makes up what it asks for. Assertions are left to the check."""

    def __init__(self, seed: str, repeats_max: int):
        self.random = random.Random(seed)
        self.repeats_max = repeats_max
        self.groups: dict[int, str] = {}

    def sequence(self, items) -> str:
        return "".join(self.item(operator, argument) for operator, argument in items)

    def item(self, operator, argument) -> str:
        name = str(operator)
        if name == "LITERAL":
            return chr(argument)
        if name == "NOT_LITERAL":
            return "b" if argument == ord("a") else "a"
        if name == "ANY":
            return self.random.choice("ab1-")
        if name == "IN":
            return self.of_class(argument)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, high, inner = argument
            count = self.random.randint(low, max(low, min(high, low + self.repeats_max)))
            return "".join(self.sequence(inner) for _ in range(count))
        if name == "SUBPATTERN":
            text = self.sequence(argument[3])
            self.groups[argument[0]] = text
            return text
        if name == "BRANCH":
            return self.sequence(self.random.choice(argument[1]))
        if name == "GROUPREF":
            return self.groups.get(argument, "")
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            return ""
        raise NotImplementedError(name)

    def of_class(self, items) -> str:
        kinds = [str(operator) for operator, _ in items]
        if "NEGATE" in kinds:
            pool = [letter for letter in "abz019-_. /:" if not self.in_class(items, letter)]
            return self.random.choice(pool or ["\u00e9"])
        operator, argument = self.random.choice(items)
        if str(operator) == "LITERAL":
            return chr(argument)
        if str(operator) == "RANGE":
            low, high = argument
            return chr(self.random.randint(low, min(high, low + 30)))
        return {"CATEGORY_WORD": "w", "CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " "}.get(
            str(argument), "x"
        )

    @staticmethod
    def in_class(items, letter: str) -> bool:
        for operator, argument in items:
            name = str(operator)
            if name == "LITERAL" and chr(argument) == letter:
                return True
            if name == "RANGE" and argument[0] <= ord(letter) <= argument[1]:
                return True
            if name == "CATEGORY" and str(argument) == "CATEGORY_SPACE" and letter.isspace():
                return True
            if name == "CATEGORY" and str(argument) == "CATEGORY_DIGIT" and letter.isdigit():
                return True
            if name == "CATEGORY" and str(argument) == "CATEGORY_WORD" and letter.isalnum():
                return True
        return False


@cache
def find_match(pattern: str, length_min: int, length_max: int) -> str | None:
    """A string of that length that the pattern matches."""
    for example in EXAMPLES.get(pattern, []):
        if matches(pattern, example) and length_min <= len(example) <= length_max:
            return example
    parsed = sre_parse.parse(to_python(pattern), re.ASCII)
    for attempt in range(TRIES):
        repeats_max = (1, 3, 12, length_min, 40)[attempt % 5]
        try:
            text = Drawer(f"{pattern} {attempt}", repeats_max).sequence(parsed)
        except NotImplementedError:
            return None
        if length_min <= len(text) <= length_max and matches(pattern, text):
            return text
    return None


@cache
def find_mismatch(pattern: str, length_min: int, length_max: int) -> str | None:
    """A string of that length that it does not match, if there is one that is not far to seek."""
    length = max(length_min, 1)
    for letter in [
        "!",
        "~",
        " ",
        "\u0001",
        "\n",
        "\u00e9",
        "\u72ac",
        "/",
        "-",
        "\u0300",
        ":",
        "*",
        "$",
        "[",
        "a",
    ]:
        text = letter * length
        if len(text) <= length_max and not matches(pattern, text):
            return text
    return None
