# SPDX-License-Identifier: Apache-2.0
"""Every hostile request of table.py, to the daemon itself and to nginx before it."""

import secrets
import string

import pytest

from table import CASES, HEADLESS, OPEN, WAITS

@pytest.fixture(scope="module")
def region(chain):
    """One that is there, at its first version."""
    return chain.region()


def wrong_status(status, expected):
    return status not in expected if isinstance(expected, set) else status != expected


def check_answers(case, answers, expected):
    assert len(answers) == len(expected), (answers, expected)
    for answer, wanted in zip(answers, expected):
        assert not wrong_status(answer.status, wanted), (wanted, answer)
        if answer.status >= 400 and not case.is_head:
            answer.check_problem()
        assert "evil" not in answer.fields, answer
    for name, value in (case.fields or {}).items():
        assert sorted(answers[-1][name].split(", ")) == sorted(value.split(", ")), answers[-1]


def goes_on(wire, name):
    """The connection takes another request."""
    wire.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\nRequest-Id: %s\r\n\r\n" % name.encode())
    answer = wire.answer()
    assert answer and answer.status == 200 and answer["Request-Id"] == name, answer


def meet(wire, case, expected, after, name):
    """The answers; after them the connection is as the table says."""
    answers = []
    while len(answers) < len(expected):
        answer = wire.answer(case.is_head)
        if answer is None:
            break
        if answer.status == 100 and expected != [100]:
            continue
        answers.append(answer)
    if after == OPEN:
        goes_on(wire, name + "-next")
    elif after == WAITS:
        assert wire.silent(), wire.received
        wire.half_close()
    if after != OPEN:
        answers += wire.rest()
    assert not wire.buffer, wire.buffer[:200]
    return answers


def filled(case, token, code, number, region):
    sent = case.sent
    for mark, value in (("@TOKEN@", token), ("@CODEXX@", code), ("@IDENTIFIER@", number), ("@REGION@", region)):
        sent = sent.replace(mark.encode(), value.encode())
    return sent


def new_code():
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(8))


def regions_made(sql, code):
    return sql("SELECT count(*) FROM region WHERE code = %s", (code,))[0][0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_daemon(site, chain, region, journal, sql, case):
    number, code = secrets.token_hex(6), new_code()
    sent = filled(case, chain.admin.token, code, number, region)
    expected = case.statuses if isinstance(case.statuses, list) else [case.statuses]
    with site.connect() as wire:
        journal.note(sent, case=case.name)
        wire.send(sent)
        if case.half_close:
            wire.half_close()
        try:
            answers = meet(wire, case, expected, case.after, number)
        finally:
            journal.note(wire.received, case=case.name, what="received")
            site.alive(number + "-alive")
            ran = [line for line in site.requests(number + "-alive") if line[0] != number + "-next"]
    check_answers(case, answers, expected)
    assert not [line for line in ran if line[0].startswith("evil")], ran
    served = [status for _, _, status in ran if 0 < status < 400]
    assert len(served) == len([a for a in answers if 200 <= a.status < 400]), (ran, answers)
    assert regions_made(sql, code) == len([a for a in answers if a.status == 201]), answers


def is_refusal(status):
    return status is None or status >= 400


# TLS knows no half of a connection.
@pytest.mark.parametrize("case", [case for case in CASES if not case.half_close], ids=lambda case: case.name)
def test_behind_nginx(site, chain, region, journal, sql, case):
    """nginx and the daemon see the same requests, and as many: nothing can be hidden between two of them."""
    number, code = secrets.token_hex(6), new_code()
    sent = filled(case, chain.admin.token, code, number, region)
    direct = case.statuses[:1] if isinstance(case.statuses, list) else [case.statuses]
    direct = next((max(s) if isinstance(s, set) else s for s in direct), None)
    answers = []
    with site.connect(through_nginx=True) as wire:
        journal.note(sent, case=case.name)
        wire.send(sent)
        try:
            if case.nginx == WAITS or case.nginx is None and case.after == WAITS:
                assert wire.silent() or wire.answer().status == 100, wire.received
            elif case.nginx == HEADLESS:
                while wire.more():
                    pass
                assert wire.received.startswith(b"{") and b"bad_request" in wire.received, wire.received
            else:
                answers = [wire.answer(case.is_head)]
                if answers[0] is not None and answers[0].status == 100:
                    answers = [wire.answer(case.is_head)]
                if answers[0] is not None and answers[0]["Connection"] != "close":
                    wire.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRequest-Id: %s-next\r\n\r\n" % number.encode())
                    answers += wire.rest()
        finally:
            journal.note(wire.received, case=case.name, what="received")
            wire.socket.close()
            site.alive(number + "-alive")
            ran = [name for name, _, status in site.requests(number + "-alive") if status]
            forwarded = site.nginx.forwarded(len(ran))
    for answer in answers:
        if answer is not None and answer.status >= 400 and not case.is_head:
            answer.check_problem()
            assert answer.status != 500, answer
    assert sorted(forwarded) == sorted(ran), (forwarded, ran)
    assert regions_made(sql, code) == len([a for a in answers if a and a.status == 201]), answers
    if answers:
        status = answers[0].status if answers[0] else None
        assert status == case.nginx if case.nginx else is_refusal(status) == is_refusal(direct), (direct, answers)
