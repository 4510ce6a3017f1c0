#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turn a Rime pinyin dictionary and our own overrides into the tables of lib/core/pinyin_data.h.

usage: pinyin.py DICTIONARY OVERRIDES OUTPUT.c

DICTIONARY: `text TAB syllables TAB weight` below a line `...` (pinyin_simp.dict.yaml).
OVERRIDES:  `text TAB syllables [TAB surname]`; they win over the dictionary, and those marked
            `surname` hold at the start of a person's name only.
"""
import sys


def read_dictionary(path):
    """{text: syllables} with the reading of the greatest weight."""
    best = {}
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if line.rstrip('\n') == '...':
                break
        for line in lines:
            fields = line.rstrip('\n').split('\t')
            if line.startswith('#') or len(fields) < 2:
                continue
            weight = float(fields[2]) if len(fields) > 2 else 0
            syllables = tuple(fields[1].split())
            if fields[0] not in best or weight > best[fields[0]][0]:
                best[fields[0]] = (weight, syllables)
    return {text: syllables for text, (_, syllables) in best.items()}


def read_overrides(path):
    words, surnames = {}, {}
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith('#') or not line.strip():
                continue
            text, syllables, *kind = line.rstrip('\n').split('\t')
            syllables = tuple(syllables.split())
            if len(text) != len(syllables) or kind not in ([], ['surname']):
                sys.exit(f'{path}:{number}: {line!r} is not a reading')
            (surnames if kind else words)[text] = syllables
    return words, surnames


def in_tables(text, syllables):
    """Fits 16 bits a character, and has one syllable of plain letters for each."""
    return (len(text) == len(syllables) and max(map(ord, text)) < 0x10000
            and all(s.isascii() and s.isalpha() and s.islower() and len(s) < 7 for s in syllables))


def word_lists(readings, number):
    """One run of numbers for each first character: n, n-1 characters, n syllables; longest first; 0."""
    by_first = {}
    for text in readings:
        if len(text) > 1:
            by_first.setdefault(text[0], []).append(text)
    numbers, start = [0], {}
    for first, texts in sorted(by_first.items()):
        start[first] = len(numbers)
        for text in sorted(texts, key=lambda t: (-len(t), t)):
            numbers += [len(text), *map(ord, text[1:]), *(number[s] for s in readings[text])]
        numbers.append(0)
    return numbers, start


def wrapped(items, width):
    return '\n'.join('\t' + ' '.join(items[i:i + width]) for i in range(0, len(items), width))


def main(dictionary, overrides, output):
    readings = read_dictionary(dictionary)
    words, surnames = read_overrides(overrides)
    readings.update(words)
    readings = {t: s for t, s in readings.items() if in_tables(t, s)}
    names = sorted({s for r in [*readings.values(), *surnames.values()] for s in r})
    number = {name: i for i, name in enumerate(names)}
    numbers, start = word_lists(readings, number)
    chars = sorted(t for t in readings if len(t) == 1)
    lost = set(start) - set(chars)
    if lost:
        sys.exit(f'no reading for the single characters {"".join(sorted(lost))}')

    char_rows = [f'{{{ord(c)},{number[readings[c][0]]},{start.get(c, 0)}}},' for c in chars]
    surname_rows = [
        f'{{{{{ord(t[0])},{ord(t[1]) if len(t) > 1 else 0}}},{{{number[s[0]]},{number[s[1]] if len(s) > 1 else 0}}}}},'
        for t, s in sorted(surnames.items(), key=lambda item: (-len(item[0]), item[0]))]
    with open(output, 'w', encoding='ascii') as out:
        out.write(f'''/* Made by tools/pinyin.py; do not edit. */
#include "core/pinyin_data.h"

const char pinyin_syllables[][PINYIN_SYLLABLE_SIZE] = {{
{wrapped([f'"{name}",' for name in names], 10)}
}};

const struct pinyin_char pinyin_chars[] = {{
{wrapped(char_rows, 6)}
}};
const size_t pinyin_chars_count = {len(chars)};

const uint16_t pinyin_words[] = {{
{wrapped([f'{n},' for n in numbers], 18)}
}};

const struct pinyin_surname pinyin_surnames[] = {{
{wrapped(surname_rows, 4)}
}};
const size_t pinyin_surnames_count = {len(surnames)};
''')


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
