# SPDX-License-Identifier: Apache-2.0
"""Texts that break careless programs: each must come back as it was, or be refused with its field named."""

TEXTS = [
    "' OR '1'='1", "'; DROP TABLE customer; --", "1; SELECT pg_sleep(9)", "\\'; --", "$1", ":id", "${jndi:ldap://x}", "{{7*7}}", "%s%n%x%p", "%00", "%",
    "_", "\\", "\"", "'", "`id`", "$(id)", "; id", "| id", "../../../../etc/passwd", "..\\..\\boot.ini", "/dev/null", "file:///etc/passwd", "CON", "NUL",
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\ttab", "<script>alert(1)</script>", "<!-- -->", "]]>", "&lt;&#x3c;", "<?xml version=\"1.0\"?>",
    "javascript:alert(1)", "null", "NULL", "None", "nil", "undefined", "true", "false", "NaN", "Infinity", "-0", "1e309", "0x10", "[object Object]", "{}", "[]",
    "a\nb", "a\r\nX-Evil: 1", "a\rb", "a\tb", "a\x01b", "a\x1b[31mb", "a\x7fb", "a\x80b", "a\x85b", "\x08\x08", "\u2028", "a\u2029b", "\ufeffa", "\ufffe", "\uffff",
    "a\u200bb", "a\u200db", "\u202eabc", "\u2066abc\u2069", "a\u00adb", "\u0301a", "e\u0301", "é", "Å", "\u212b", "ﬁ", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘", "аdmin", "ⅰⅱ", "１２３",
    "😀", "👩‍👩‍👧‍👦", "🇨🇳", "🏴\U000e0067\U000e0062", "𠜎𠜱", "\U0010ffff", "张三丰", "ｶﾀｶﾅ", "ابجد", "שלום", "ไทย", "İıŞß", "ǅ", " a", "a ", "  a  ", "　", "\u00a0a\u00a0", "a  b",
    "x" * 499, "龍" * 499, "😀" * 250, "x" * 5000, "\\u0041", "\\\\\\", "\"\"\"", "a" * 64, "{\"a\":1}", "0", "", "9" * 40, "2026-02-30", "DROP TABLE",
]
