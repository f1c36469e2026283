"""Names and literals in C++."""

import re

RESERVED = {
    "and", "auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
    "delete", "do", "double", "else", "enum", "explicit", "export", "extern", "false", "float",
    "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "not",
    "operator", "or", "private", "protected", "public", "register", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef",
    "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "xor",
}  # fmt: skip


def snake_case(name: str) -> str:
    """RoleName -> role_name, S3OutputPath -> s3_output_path, MaxItems -> max_items."""
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"\W+", "_", text).lower()
    return text + "_" if text in RESERVED else text


def type_name(name: str) -> str:
    """policyEvaluationDecisionType -> PolicyEvaluationDecisionType."""
    return name[0].upper() + re.sub(r"\W+", "_", name[1:])


def literal(text: str) -> str:
    """A string literal; bytes beyond ASCII in octal, which ends by itself."""
    out = []
    for byte in text.encode():
        character = chr(byte)
        if character in '"\\':
            out.append("\\" + character)
        elif 32 <= byte < 127 and character != "?":
            out.append(character)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def boolean(value: object) -> str:
    return "true" if value else "false"
