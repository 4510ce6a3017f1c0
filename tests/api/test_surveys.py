# SPDX-License-Identifier: Apache-2.0
"""Surveys: asked after delivery, answered once through a link, and a bad score that becomes a complaint (H1, H2)."""

import pytest

from fettle import at_once, uuid7, wait_for
from past import CUSTOMER, deliver


@pytest.fixture
def asked(sql, store, admin):
    """asked(): the survey of a new delivered order, as a sender sees it."""
    def make(**more):
        order = deliver(sql, store, **more)
        return wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order}, expect=200).data)[0]
    return make


def answers(public, score, nps=None, text=None):
    """Answers to the questions of a survey, by their kind."""
    given = {"score": score, "nps": nps, "text": text}
    return {"answers": [{"question_id": q["id"], "text" if q["kind"] == "text" else "score": given[q["kind"]]}
                        for q in public["survey"]["questions"] if given[q["kind"]] is not None]}


def test_a_happy_customer(store, asked, anyone):
    """H1: a delivered order is asked about within a second; the answer counts as 0 to 100."""
    survey = asked()
    assert survey["status"] == "sent" and survey["customer"]["name"] == CUSTOMER and survey["sent_at"]
    url = "/v1/public/" + survey["token"]
    public = anyone.get(url, headers={"Accept-Language": "zh-CN"}, expect=200)
    assert public["kind"] == "survey" and public["store"]["id"] == store.id and public["language"] == "zh-CN"
    assert public["vehicle"]["plate"] == survey["vehicle"]["plate"]
    assert [(q["kind"], q["min"], q["max"], q["required"]) for q in public["survey"]["questions"]] == [
        ("score", 1, 10, True), ("nps", 0, 10, True), ("text", None, None, False)]
    assert public["survey"]["questions"][0]["text"].startswith("您对")
    assert anyone.get(url)["survey"]["questions"][0]["text"].startswith("How")
    assert store.service.get(f"/v1/surveys/{survey['id']}")["status"] == "opened"
    done = anyone.post(url + "/survey-response", answers(public, 9, 10, "很好"), expect=200)
    assert done["survey"]["status"] == "completed"
    seen = store.service.get(f"/v1/surveys/{survey['id']}", expect=200)
    assert (seen["status"], seen["satisfaction"]) == ("completed", 89)  # (9 - 1) / 9 x 100
    assert [(a["kind"], a["score"], a["text"]) for a in seen["answers"]] == [
        ("score", 9, None), ("nps", 10, None), ("text", None, "很好")]
    assert store.service.get("/v1/complaints").data == []


@pytest.mark.parametrize("score, satisfaction", [(1, 0), (6, 56)])
def test_an_unhappy_customer(store, asked, anyone, score, satisfaction):
    """H2: a score at or below the store's limit opens a complaint in the same moment."""
    survey = asked()
    public = anyone.get("/v1/public/" + survey["token"])
    anyone.post(f"/v1/public/{survey['token']}/survey-response", answers(public, score, 0, "车没洗"),
                headers={"Accept-Language": "zh"}, expect=200)
    assert store.service.get(f"/v1/surveys/{survey['id']}")["satisfaction"] == satisfaction
    opened = store.service.get("/v1/complaints", params={"work_order_id": survey["work_order_id"]}, expect=200).data
    assert len(opened) == 1
    complaint = store.service.get(f"/v1/complaints/{opened[0]['id']}", expect=200)
    assert (complaint["origin"], complaint["category"], complaint["severity"], complaint["status"]) == (
        "survey", "other", "general", "received")
    assert complaint["survey_id"] == survey["id"] and complaint["customer_id"] == survey["customer_id"]
    assert complaint["vehicle_id"] == survey["vehicle_id"]
    assert complaint["description"] == f"问卷评分 {score}: 车没洗"
    assert complaint["steps"][0]["actor"] is None


def test_the_limit_is_the_stores(store, asked, anyone, admin):
    """H2: what counts as bad is a house rule."""
    path = f"/v1/stores/{store.id}/policies"
    admin.patch(path, {"survey_low_score": 3}, version=admin.get(path)["version"], expect=200)
    survey = asked()
    anyone.post(f"/v1/public/{survey['token']}/survey-response",
                answers(anyone.get("/v1/public/" + survey["token"]), 4, 4), expect=200)
    assert store.service.get("/v1/complaints").data == []


def test_answered_once(store, asked, anyone):
    """H1: a second answer is refused, and of two at once one counts; a repeated key is a repeat."""
    survey = asked()
    url = f"/v1/public/{survey['token']}/survey-response"
    public = anyone.get("/v1/public/" + survey["token"])
    replies = at_once(*[lambda: anyone.post(url, answers(public, 2, 2)) for _ in range(4)])
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]
    assert {r.code for r in replies if r.status == 409} == {"already_answered"}
    assert len(store.service.get("/v1/complaints").data) == 1
    survey, key = asked(), uuid7()
    url = f"/v1/public/{survey['token']}/survey-response"
    anyone.post(url, answers(public, 8, 8), key=key, expect=200)
    assert anyone.post(url, answers(public, 8, 8), key=key, expect=200).replayed


def test_wrong_answers(asked, anyone):
    """H1, A8: each wrong answer is told, and none is saved."""
    survey = asked()
    url = f"/v1/public/{survey['token']}/survey-response"
    score, nps, text = [q["id"] for q in anyone.get("/v1/public/" + survey["token"])["survey"]["questions"]]
    def errors(*given):
        return anyone.post(url, {"answers": list(given)}, expect=422).errors
    good = {"question_id": score, "score": 5}
    assert errors(good) == {"/answers": "required"}
    assert errors({"question_id": score, "score": 11}, {"question_id": nps, "score": -1}) == {
        "/answers/0/score": "too_large", "/answers/1/score": "too_small"}
    assert errors(good, {"question_id": nps, "text": "x"}) == {
        "/answers/1/score": "required", "/answers/1/text": "unknown_field"}
    assert errors(good, {"question_id": nps, "score": 5}, {"question_id": text, "text": "x", "choice": "y"}) == {
        "/answers/2/choice": "unknown_field"}
    assert errors(good, {"question_id": nps, "score": 5}, good) == {"/answers/2/question_id": "not_unique"}
    assert errors(good, {"question_id": nps, "score": 5}, {"question_id": uuid7(), "score": 5}) == {
        "/answers/2/question_id": "not_found"}
    assert anyone.get("/v1/public/" + survey["token"])["survey"]["status"] == "opened"


def test_choice_questions(sql, asked, anyone):
    """H1: a choice is one of those offered."""
    survey, question = asked(), uuid7()
    template = uuid7()
    sql("INSERT INTO survey_template (id, code, name, created_at, updated_at) VALUES (%s, %s, 'x', now(), now())",
        (template, template))
    sql("INSERT INTO survey_question (id, template_id, position, kind, text_en, text_zh, choices)"
        " VALUES (%s, %s, 1, 'choice', 'Where?', '哪里？', '{前台,车间}')", (question, template))
    sql("UPDATE survey SET template_id = %s WHERE id = %s", (template, survey["id"]))
    url = f"/v1/public/{survey['token']}/survey-response"
    for wrong in ("前", "前台 ", "前台\n车间"):
        body = {"answers": [{"question_id": question, "choice": wrong}]}
        assert anyone.post(url, body, expect=422).errors == {"/answers/0/choice": "bad_value"}
    anyone.post(url, {"answers": [{"question_id": question, "choice": "车间"}]}, expect=200)
    assert sql("SELECT satisfaction FROM survey WHERE id = %s", (survey["id"],)) == [(None,)]


def test_who_sees_the_link(store, asked, chain):
    """H1: the customer's link is for senders only; staff could answer in their place."""
    survey = asked()
    assert survey["token"]
    for who in (store.service, store.manager, chain.analyst):
        assert who.get(f"/v1/surveys/{survey['id']}", expect=200)["token"] is None
    for who in (store.tech1, store.advisor):
        who.get("/v1/surveys", expect=403)
    other = chain.store()
    other.manager.get(f"/v1/surveys/{survey['id']}", expect=404)
    assert other.manager.get("/v1/surveys", expect=200).data == []


def test_links_that_open_nothing(sql, asked, anyone, store):
    """H1: a forged, suppressed or expired link is not found."""
    survey = asked()
    token = survey["token"]
    forged = ("A" if token[0] != "A" else "B") + token[1:]
    anyone.get("/v1/public/" + forged, expect=404)
    anyone.get("/v1/public/x", expect=404)
    store.manager.post(f"/v1/surveys/{survey['id']}/suppress", {"reason": "bored"}, expect=422)
    quiet = store.manager.post(f"/v1/surveys/{survey['id']}/suppress", {"reason": "internal_vehicle"}, expect=200)
    assert (quiet["status"], quiet["reason"]) == ("suppressed", "internal_vehicle")
    anyone.get("/v1/public/" + token, expect=404)
    again = store.manager.post(f"/v1/surveys/{survey['id']}/suppress", {"reason": "test"}, expect=409)
    assert again["state"] == "suppressed"
    late = asked()
    sql("UPDATE link SET expires_at = now() - interval '1 second' WHERE subject_id = %s", (late["id"],))
    anyone.post(f"/v1/public/{late['token']}/survey-response", {"answers": [{"question_id": uuid7()}]}, expect=404)


def test_no_means_no(sql, store, admin):
    """H1: a customer who has withdrawn the consent to be asked is not asked."""
    customer = uuid7()
    sql("INSERT INTO customer (id, kind, name, created_at, updated_at) VALUES (%s, 'person', 'x', now(), now())",
        (customer,))
    sql("INSERT INTO customer_store VALUES (%s, %s, 'created', now())", (customer, store.id))
    sql("INSERT INTO customer_consent (id, customer_id, channel, purpose, text_version, granted_at, withdrawn_at)"
        " VALUES (%s, %s, 'sms', 'survey', '1', now(), now())", (uuid7(), customer))
    order = deliver(sql, store, customer=customer)
    survey = wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order}).data)[0]
    assert (survey["status"], survey["reason"], survey["sent_at"]) == ("suppressed", "opted_out", None)


def test_each_order_is_asked_about_once(sql, store, admin):
    """H1: the same event twice asks once."""
    order = deliver(sql, store)
    wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order}).data)
    sql("INSERT INTO event (id, at, type, store_id, subject_type, subject_id)"
        " VALUES (%s, now(), 'work_order.delivered', %s, 'work_order', %s)", (uuid7(), store.id, order))
    last = deliver(sql, store)
    wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": last}).data)
    assert len(store.service.pages("/v1/surveys", limit=1)) == 2
    assert store.service.get("/v1/surveys", params={"status": "sent", "count": "true"})["count"]["value"] == 2


def test_templates(store):
    """H1: what is asked, in both languages."""
    default = [t for t in store.service.pages("/v1/survey-templates") if t["code"] == "default"][0]
    assert [q["kind"] for q in default["questions"]] == ["score", "nps", "text"]
    assert all(q["text_en"] and q["text_zh"] for q in default["questions"])
