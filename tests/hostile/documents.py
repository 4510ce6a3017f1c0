# SPDX-License-Identifier: Apache-2.0
"""JSON as it must not be, as it just may be, and as much of it as fits: by class, with what becomes of it.

A value stands for a member of a body, a document for a body as a whole.
"""

BAD, GOOD, EITHER = "bad", "good", "either"  # not JSON; JSON; JSON whose value a parser need not hold (RFC 8259 6, 9)


def texts(*values):
    return [value if isinstance(value, bytes) else value.encode() for value in values]


VALUES = {
    ("numbers", BAD): texts(
        "-", "+", "+1", "01", "-01", "00", "-00", "1.", "-1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1e1.5", "1ee1", "1e+-1", "0e", "0.", "0x10", "0b1", "0o7",
        "1_000", "1,000", "--1", "1-", "1-1", "1+1", "1 2", "1f", "1n", "NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "∞", "½", "٣", "１", "−1", "1e²", "$1", "1%"),
    ("numbers", GOOD): texts(
        "0", "-0", "-0.0", "0e0", "0E+0", "-0e-0", "1E5", "1e+2", "1e-2", "1.5", "1e-400", "-1e-400", "0." + "0" * 400 + "1", "0." + "3" * 4000, "9007199254740993",
        "9223372036854775807", "-9223372036854775808", "1e308", "4.9e-324", "2.2250738585072011e-308", "1.7976931348623157e308"),
    ("numbers", EITHER): texts(
        "1e400", "-1e400", "1e99999999999999999999", "9223372036854775808", "-9223372036854775809", "9" * 400, "-" + "9" * 4000, "1.5e309"),
    ("strings", BAD): texts(
        '"', '"a', 'a"', "'a'", "a", "`a`", "“a”", r'"\"', r'"\x41"', r'"\a"', r'"\0"', r'"\'"', r'"\v"', r'"\ "', r'"\U0041"', r'"\u"', r'"\u12"', r'"\u123"', r'"\u12G4"',
        r'"\u 041"', r'"\u-041"', r'"\u{41}"', '"a" "b"', '"a"b', '"a\\\nb"', '"\\\U0001f600"', *[b'"a%cb"' % octet for octet in range(0x20)]),
    ("strings", GOOD): texts(
        '""', '"a"', r'"\"\\\/\b\f\n\r\t"', r'"\u0041"', r'"\u00e9"', r'"\u2028"', r'"\uFFFF"', r'"\ufeff"', r'"\ud83d\ude00"', r'"\uD83D\uDE00"', r'"\udbff\udfff"',
        '"\x7f"', '"é"', '"\u2028"', '"\uffff"', '"😀"', '"\U0010ffff"', r'"\\u0000"', '"/"', '"' + "\\\\" * 500 + '"'),
    ("strings", EITHER): texts(r'"\u0000"', r'"a\u0000b"'),
    ("surrogates", BAD): texts(
        r'"\ud800"', r'"\udbff"', r'"\udc00"', r'"\udfff"', r'"\ud800a"', r'"\ud800\n"', r'"\ud800\u0041"', r'"\ud800\ud800"', r'"\udc00\ud800"', r'"\ud800\udbff"',
        r'"\ud83d\u"', r'"\ud83d\ude0"', r'"\ud83dude00"', r'"\ud83d\\ude00"', b'"\xed\xa0\x80"', b'"\xed\xbf\xbf"', b'"\xed\xa0\xbd\xed\xb8\x80"'),
    ("UTF-8", BAD): texts(
        b'"\xc3"', b'"\xe2\x82"', b'"\xf0\x9f\x98"', b'"\xc3a"', b'"\xe2\x82a"', b'"\xf0\x9f\x98a"', b'"\x80"', b'"\xbf"', b'"\x80\x80"', b'"\xff"', b'"\xfe"', b'"\xe4\xf6\xfc"',
        b'"\xc0\x80"', b'"\xc0\xaf"', b'"\xc1\xbf"', b'"\xe0\x80\x80"', b'"\xe0\x80\xaf"', b'"\xe0\x9f\xbf"', b'"\xf0\x80\x80\xaf"', b'"\xf0\x8f\xbf\xbf"', b'"\xf4\x90\x80\x80"',
        b'"\xf5\x80\x80\x80"', b'"\xf8\x88\x80\x80\x80"', b'"\xfc\x84\x80\x80\x80\x80"', b'"\xc0\xa2', b"\xe9", b"\xff"),
    ("words", BAD): texts("tru", "True", "TRUE", "truee", "fals", "False", "nul", "Null", "NULL", "nulll", "nil", "None", "undefined", "void 0", "t", "true false", "\"a\"true"),
    ("words", GOOD): texts("true", "false", "null"),
    ("structure", BAD): texts(
        "", ",", ":", "[", "]", "{", "}", "[]]", "[[]", "{}}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[1}", "(1)", "<1>", "[1)", "[...]", "*",
        '{"a"', '{"a"}', '{"a":', '{"a":}', '{"a":1', '{"a":1,', '{"a":1,}', '{"a":1,,"b":2}', "{,}", "{:1}", "{1:1}", "{a:1}", "{'a':1}", "{null:1}", "{[]:1}", '{"a"::1}', '{"a"=1}',
        '{"a" 1}', '{"a",1}', '{"a":1 "b":2}', '{"a":1;"b":2}', '{"a":1]', '{"a":1)', '{"a":"b":"c"}', "/*x*/1", "1/*x*/", "1//x", "1#x", "1--x", "\\", "\\u0031", "&", "@", "1\x0b", "1\x0c",
        "\u00a01", "\u20281", "\ufeff1", "1\x00", b"1\x85", b"1\xc2", b"\x001"),
    ("structure", GOOD): texts("[]", "{}", "[ ]", "{ }", " \t\r\n1\n\r\t ", "[1,2]", '{"a":1}', '[{"a":[]}]', '{"":1}', '{" ":1}', '{"' + "k" * 5000 + '":1}', "[null,[],{}]"),
    ("keys", BAD): texts('{"a":1,"a":1}', '{"a":1,"a":2}', r'{"a":1,"\u0061":2}', '{"":1,"":2}', '{"b":{"a":1,"a":2}}', '[{"a":1,"a":2}]', r'{"\ud800":1}', b'{"\xff":1}', '{"a\nb":1}'),
    ("keys", GOOD): texts('{"a":1,"A":2}', '{"a":{"a":1}}', '[{"a":1},{"a":2}]', '{"é":1,"e\u0301":2}', '{"__proto__":{"a":1}}', '{"constructor":1}'),
    ("keys", EITHER): texts(r'{"\u0000":1}', r'{"a\u0000":1,"a":2}'),
}

_BODY = b'{"name":7}'  # whatever is taken, this is not
DOCUMENTS = {
    ("ends", BAD): [_BODY + tail for tail in texts(
        "x", "}", "]", ",", "{}", "[]", '"', "1", "null", "\x00", "\x00\x00\x00", "\x1a", "\x0b", "\x0c", "\ufeff", "\u00a0", b"\xff", b"\xc2", "//", "/**/", "#", ";", _BODY.decode(),
        "\n" + _BODY.decode(), "\x1e")],
    ("ends", GOOD): [_BODY + tail for tail in texts("", " ", "\n", "\r\n", "\t", " " * 4000)],
    ("begins", BAD): [head + _BODY for head in texts("\ufeff", "\x00", "\x1e", "\x0b", "\u00a0", "x", ",", ")]}',\n", "while(1);", "data: ", "//\n", "=", b"\xff\xfe", b"\xc2")],
    ("begins", GOOD): [head + _BODY for head in texts(" ", "\n\n", "\r\n\t ")],
    ("encodings", BAD): [_BODY.decode().encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "cp037")
                         if _BODY.decode().encode(name) != _BODY],
    ("cut", BAD): [_BODY[:size] for size in range(1, len(_BODY))],
    ("other languages", BAD): texts("name=x", "<name>x</name>", "name: x", "--b\r\n", "(name x)", "\x81\xa4name\xa1x", "{name: 'x'}", "[name]\nx", "name,x", "\x89PNG\r\n\x1a\n"),
    ("no object", GOOD): texts("[]", "[{}]", "1", '"x"', "true", "null", "-0", "[[[]]]"),
}


def enormous(size, depth):
    """(name, body of that size or just below, what becomes of it); depth: as deep as it may be."""
    def filled(head, part, tail=b"", last=b""):
        return head + part * ((size - len(head) - len(tail) - len(last)) // len(part)) + last + tail

    def keys(first):
        parts, length, n = [], 0, 0
        while length < size - 64:
            parts.append(b'"k%d":0' % n)
            length += len(parts[-1]) + 1
            n += 1
        return b"{" + b",".join(parts + ([b'"k0":1'] if first else [])) + b"}"

    yield "opening brackets", filled(b"", b"["), BAD
    yield "opening braces", filled(b"", b'{"a":'), BAD
    yield "brackets, opening and closing", b"[" * (size // 2) + b"]" * (size // 2), BAD
    yield "closing brackets, then opening ones", b"]" * (size // 2) + b"[" * (size // 2), BAD
    yield "as deep as may be", b'{"name":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}", GOOD
    yield "one deeper", b'{"name":' + b"[" * depth + b"]" * depth + b"}", BAD
    yield "brackets in a text", filled(b'{"name":"', b"[", b'"}'), GOOD
    yield "digits", filled(b'{"name":', b"9", b"}"), EITHER
    yield "digits of a fraction", filled(b'{"name":0.', b"9", b"}"), GOOD
    yield "digits of an exponent", filled(b'{"name":1e', b"9", b"}"), EITHER
    yield "digits of a negative exponent", filled(b'{"name":1e-', b"9", b"}"), GOOD
    yield "one text", filled(b'{"name":"', b"a", b'"}'), GOOD
    yield "one text of escapes", filled(b'{"name":"', b"\\u9f8d", b'"}'), GOOD
    yield "one text of backslashes", filled(b'{"name":"', b"\\\\", b'"}'), GOOD
    yield "one text without an end", filled(b'{"name":"', b"a"), BAD
    yield "one text with a wrong end", filled(b'{"name":"', b"a", b"\xff" + b'"}'), BAD
    yield "one key", filled(b'{"', b"k", b'":1}'), GOOD
    yield "keys", keys(False), EITHER
    yield "keys, the last as the first", keys(True), BAD
    yield "the same key", filled(b"{", b'"name":1,', b"}", b'"name":1'), BAD
    yield "zeros in an array", filled(b'{"name":[', b"0,", b"]}", b"0"), EITHER
    yield "objects in an array", filled(b'{"name":[', b"{},", b"]}", b"{}"), EITHER
    yield "objects in an array of what is known", filled(b'{"contacts":[', b"{},", b"]}", b"{}"), EITHER
    yield "blanks", filled(b"", b" "), BAD
    yield "blanks around a body", filled(b" ", b"\n", b'{"name":7}'), GOOD
    yield "NULs", filled(b"", b"\x00"), BAD
    yield "commas", filled(b"", b","), BAD
    yield "quotes", filled(b"", b'"'), BAD
    yield "octets above 7f", filled(b"", b"\xff"), BAD
