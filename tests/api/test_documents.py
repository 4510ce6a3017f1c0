# SPDX-License-Identifier: Apache-2.0
"""Documents on paper: PDFs of settlements, work orders, receptions and estimates, printed by a process of their own."""

import base64
import datetime
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

from fettle import Client, at_once, fettled, is_sanitized, uuid7, wait_for
from trade import Trade

KINDS = ["settlements", "work-orders", "receptions", "estimates"]


def text(pdf, *options):
    """What a reader can copy out of it."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def pages(pdf):
    return text(pdf).rstrip("\f").split("\f")


def words(pdf):
    """Without the blanks and breaks that a column's width makes."""
    return re.sub(r"\s", "", text(pdf))


def document(who, kind, id_, expect=200, **options):
    reply = who.get(f"/v1/{kind}/{id_}/document", expect=expect, **options)
    if expect == 200:
        assert reply.headers["Content-Type"] == "application/pdf" and reply.body.startswith(b"%PDF-1.")
    return reply


def in_chinese(who, kind, id_, **options):
    return document(who, kind, id_, headers={"Accept-Language": "zh-CN"}, **options)


@pytest.fixture
def billed(shop, store):
    """An order with labour, a diagnosis, a test and parts, billed."""
    def operation(name, heading, price):
        return shop.chain.purchaser.post("/v1/operations", {
            "code": shop.chain.unique(), "name": name, "standard_hours": 1, "unit_price": price, "heading": heading}, expect=201)["id"]

    shop.stock(10)
    order = shop.completed(lines=[
        shop.labour_line(), {"kind": "labour", "operation_id": operation("故障诊断", "diagnosis", 20000)},
        {"kind": "labour", "operation_id": operation("尾气检测", "test", 8000)}, shop.part_line(2),
        {"kind": "sublet", "description": "四轮定位", "amount": 15000}, {"kind": "fee", "description": "拖车费", "amount": 30050}])
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    return order, store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)


def test_a_settlement_list(store, billed):
    """J: labour and material apart, the fees under the headings of the form, in both languages."""
    order, bill = billed
    assert [l["heading"] for l in bill["lines"]] == ["labour", "diagnosis", "test", "material", "machining", "other"]
    paper = in_chinese(store.cashier, "settlements", bill["id"])
    said = words(paper.body)
    for word in ("机动车维修结算清单", bill["number"], order["number"], "托修方", "王芳", "承修方", "门店" + store.code, order["vehicle"]["plate"],
                 "45,000km", "小修", "故障诊断", "四轮定位", "旧件处理", "客户带走", "托修方签字", "结算员签字", "检验员签字", "竣工出厂合格证号", "页1/1"):
        assert word in said, word
    below = text(paper.body, "-layout").partition("费用合计")[2]
    sums = dict(re.findall(r"(维修诊断费|检测费|材料费|工时费|加工费|其他费用|总金额 \(CNY\)|应收余额)\s+([\d,.]+)", below))
    assert bill["labour_total"] == 58000 and bill["total"] == 58000 + 66666 + 15000 + 30050
    assert sums == {"维修诊断费": "200.00", "检测费": "80.00", "材料费": "666.66", "工时费": "300.00", "加工费": "150.00", "其他费用": "300.50",
                    "总金额 (CNY)": "1,697.16", "应收余额": "1,697.16"}
    assert "人民币（大写）：壹仟陆佰玖拾柒元壹角陆分" in said
    store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": 100000, "method": "wechat"}, expect=201)
    english = text(document(store.cashier, "settlements", bill["id"]).body, "-layout")
    for word in ("Settlement list", "Partly paid", "WeChat Pay", "1,000.00", "Customer's signature", "Page 1"):
        assert word in english, word
    assert re.search(r"Due\s+697\.16", english) and re.search(r"Diagnosis\s+200\.00", english)


def test_a_draft_says_so(store, shop):
    order = shop.completed(lines=[shop.labour_line()])
    bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    paper = in_chinese(store.cashier, "settlements", bill["id"])
    assert "草稿：无效" in words(paper.body) and paper.headers["Content-Disposition"] == 'inline; filename="draft.pdf"'


def test_a_work_order(store, shop):
    """E14: what is to be done, by whom, and who agreed to it."""
    shop.stock(10)
    order = shop.dispatched(lines=[shop.labour_line(), shop.part_line(2)])
    said = words(in_chinese(store.advisor, "work-orders", order["id"]).body)
    for word in ("机动车维修工单", order["number"], "已派工", "300.00", "666.66", "966.66", order["vehicle"]["plate"], "客户授权", "已授权"):
        assert word in said, word
    english = text(document(store.tech1, "work-orders", order["id"]).body)
    assert "Work order" in english and "Dispatched" in english and "Authorised" in english


def test_a_hand_over_sheet(store, shop):
    """E3: which vehicle came, with what wishes, and that its keys were taken."""
    made = shop.reception(greet=False)
    store.advisor.patch(f"/v1/receptions/{made['id']}", {"contact_name": "司机老李", "contact_phone": "13812345678", "note": "左前门划痕",
                                                         "old_parts": "given_up"}, version=made["version"], expect=200)
    for verb in ("greet", "start-check", "hand-over"):
        store.advisor.post(f"/v1/receptions/{made['id']}/{verb}", expect=200)
    said = words(in_chinese(store.advisor, "receptions", made["id"]).body)
    for word in ("车辆交接单", made["number"], "司机老李", "左前门划痕", "■客户放弃", "□客户带走", "已交接", *made["concerns"][0]["text"].split()):
        assert word in said, word
    assert "Vehicle hand-over sheet" in text(document(store.advisor, "receptions", made["id"]).body)


def test_what_was_found_stands_on_the_sheet(store, shop):
    """E3 E4: fuel, lamps, belongings, each point and damage of the submitted inspection, and who signed it when; a draft is not on it."""
    trade = Trade(store)
    reception = trade.received("greet", "start-check")
    made = trade.inspection(reception=reception, fuel_percent=37, lamps=["engine", "tyre_pressure"], belongings=["雨伞", "高尔夫球包"])
    assert "高尔夫球包" not in words(in_chinese(store.advisor, "receptions", reception["id"]).body)
    store.advisor.post(f"/v1/inspections/{made['id']}/submit", expect=200)
    paper = in_chinese(store.advisor, "receptions", reception["id"])
    said = words(paper.body)
    for word in (made["number"], "37%", "发动机故障灯、胎压灯", "雨伞、高尔夫球包", "制动:前制动片厚度", "左前轮", "需立即处理", "2.5mm", "前制动片即将磨完",
                 "照片：1", "左前门", "划痕", "需关注", "接车预检"):
        assert word in said, word
    assert "已电子签字" not in said
    signed = store.advisor.post(f"/v1/inspections/{made['id']}/sign", {
        side + "_signature_file_id": trade.file(reception) for side in ("customer", "technician")}, expect=200)
    english = text(document(store.tech1, "receptions", reception["id"], headers={"If-None-Match": paper.etag}).body, "-layout")
    for word in ("Fuel", "37 %", "Engine, Tyre pressure", "Front left door", "Scratch", "Soon", "At once", "Belongings in it"):
        assert word in english, word
    at = (datetime.datetime.fromisoformat(signed["signed_at"]) + datetime.timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")
    assert len(re.findall(r"Signed on a screen:", english)) == 2 and english.count(at) >= 3
    below = english.partition("Signed on a screen:")[2]
    assert "王小明" in below and store.advisor.get("/v1/me", expect=200)["name"] in below


def test_who_signed_stands_on_the_sheet(store, chain):
    """E4: who signed on the screen, on both sides, where it was said."""
    trade = Trade(store)
    reception = trade.received("greet", "start-check")
    made = trade.inspection("submit", reception=reception)
    technician = store.hire("signer" + chain.unique(), "technician")
    store.advisor.post(f"/v1/inspections/{made['id']}/sign", {"signed_by_name": "王太太", "technician_id": technician.id, **{
        side + "_signature_file_id": trade.file(reception) for side in ("customer", "technician")}}, expect=200)
    said = text(document(store.advisor, "receptions", reception["id"]).body, "-layout")
    below = said.partition("Signed on a screen:")[2]
    assert "王太太" in below and technician.get("/v1/me", expect=200)["name"] in below


def test_a_code_to_follow_the_order(store, shop, another, tmp_path):
    """G25: order, settlement and hand-over sheet open the order's progress link, for those who share it, as long as it lives."""
    shop.stock(10)
    order = shop.completed(lines=[shop.labour_line()])
    daemon = another(PUBLIC_URL="https://fettle.example/c/")
    mine, theirs = (elsewhere(who, daemon) for who in (store.manager, store.chain.analyst))
    bill = mine.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)
    papers = [("work-orders", order["id"]), ("settlements", bill["id"]), ("receptions", order["reception_id"])]
    for kind, id_ in papers:
        assert "扫码" not in words(in_chinese(mine, kind, id_).body), kind
    token = mine.post(f"/v1/work-orders/{order['id']}/share-progress", expect=200)["token"]
    for kind, id_ in papers:
        paper = in_chinese(mine, kind, id_).body
        assert "扫码查看维修进度" in words(paper) and scan(paper, tmp_path) == "https://fettle.example/c/" + token, kind
        assert "扫码" not in words(in_chinese(theirs, kind, id_).body), kind
    cashier = in_chinese(elsewhere(store.cashier, daemon), "settlements", bill["id"]).body
    assert scan(cashier, tmp_path) == "https://fettle.example/c/" + token
    mine.post(f"/v1/work-orders/{order['id']}/stop-sharing", expect=200)
    for kind, id_ in papers:
        assert "扫码" not in words(in_chinese(mine, kind, id_).body), kind


def test_telephones_are_masked(store, shop):
    """Whoever may not see contacts gets a paper without them, and each print stands in the access log."""
    made = shop.reception(greet=False)
    store.advisor.patch(f"/v1/receptions/{made['id']}", {"contact_phone": "13812345678"}, version=made["version"], expect=200)
    phone = store.advisor.get(f"/v1/customers/{made['customer_id']}/phone", expect=200)["phone"]
    assert {"13812345678", phone} <= set(re.findall(r"\d{11}", text(document(store.advisor, "receptions", made["id"]).body)))
    masked = text(document(store.dispatcher, "receptions", made["id"]).body)
    assert "138****5678" in masked and not re.search(r"\d{11}", masked)
    seen = store.manager.get("/v1/access-log", params={"store_id": store.id}, expect=200).data
    assert {s["actor"]["id"] for s in seen if s["operation"] == "getReceptionDocument"} == {store.advisor.id, store.dispatcher.id}


def test_an_estimate_with_its_code(store, shop, another, tmp_path):
    """F8: options side by side; once it is sent, a code that opens the customer's link, for those who hand it out."""
    made = store.advisor.post("/v1/estimates", {"work_order_id": shop.open(lines=[])["id"], "options": [
        {"label": "更换总成", "pros": "保修一年", "duration_minutes": 180, "lines": [shop.labour_line(), {"kind": "fee", "description": "检测费", "amount": 5000, "payer": "insurer"}]},
        {"label": "修复", "cons": "可能再次渗漏", "lines": [{"kind": "fee", "description": "修复", "amount": 10000}]}]}, expect=201)
    said = words(in_chinese(store.advisor, "estimates", made["id"]).body)
    for word in ("维修估价单", made["number"], "方案1:更换总成", "优点:保修一年", "方案2:修复", "缺点:可能再次渗漏", "180分钟", "350.00", "其中客户支付300.00", "保险公司"):
        assert word in said, word
    store.advisor.post(f"/v1/estimates/{made['id']}/send", expect=200)
    assert "扫码" not in words(in_chinese(store.advisor, "estimates", made["id"]).body)  # this daemon knows no public address
    daemon = another(PUBLIC_URL="https://fettle.example/c/")
    mine, theirs = (elsewhere(who, daemon) for who in (store.advisor, store.chain.analyst))
    token = mine.get(f"/v1/estimates/{made['id']}", expect=200)["token"]
    paper = in_chinese(mine, "estimates", made["id"]).body
    assert "扫码查看并确认" in words(paper) and scan(paper, tmp_path) == "https://fettle.example/c/" + token
    assert "扫码" not in words(in_chinese(theirs, "estimates", made["id"]).body)


def elsewhere(who, daemon):
    """The same person, asking another daemon."""
    return Client(daemon.port, who.contract, who.book, who.token, who.id)


def scan(pdf, folder):
    """What a telephone reads in it."""
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-singlefile", "paper.pdf", "paper"], cwd=folder, check=True, timeout=60)
    return subprocess.run(["zbarimg", "--quiet", "--raw", "paper.png"], cwd=folder, capture_output=True, check=True, timeout=60).stdout.decode().strip()


def test_many_pages(store, shop):
    """A long order: nothing is lost, each page has its number and the table its head."""
    lines = [{"kind": "fee", "description": f"项目{n:03}号" + "，拆装及调整" * (n % 7), "amount": 100 + n} for n in range(90)]
    order = shop.open(lines=lines)
    paper = in_chinese(store.advisor, "work-orders", order["id"]).body
    leaves = pages(paper)
    assert len(leaves) >= 3
    for n, leaf in enumerate(leaves, 1):
        assert f"页{n}/{len(leaves)}" in re.sub(r"\s", "", leaf) and order["number"] in leaf
        assert n == len(leaves) or "单价" in leaf
    said = words(paper)
    assert [m for m in range(90) if said.count(f"项目{m:03}号") != 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_who_may(store, shop, chain, kind):
    """Other stores, other roles, ids of nothing."""
    made = {"receptions": shop.reception, "work-orders": lambda: shop.open(lines=[]),
            "settlements": lambda: store.cashier.post("/v1/settlements", {"work_order_id": shop.completed(lines=[shop.labour_line()])["id"]}, expect=201),
            "estimates": lambda: store.advisor.post("/v1/estimates", {"work_order_id": shop.open(lines=[])["id"], "options": [
                {"label": "一", "lines": [shop.labour_line()]}]}, expect=201)}[kind]()
    document(store.manager, kind, made["id"])
    assert document(store.manager, kind, uuid7(), expect=404).code == "not_found"
    assert document(chain.store().manager, kind, made["id"], expect=404).code == "not_found"
    wrong = store.service if kind != "work-orders" else store.hire("buyer", "purchaser")
    assert document(wrong, kind, made["id"], expect=403).code == "forbidden"
    assert store.manager.get(f"/v1/{kind}/{made['id']}/document", params={"lang": "fr"}, expect=400).errors == {"lang": "bad_code"}


def test_the_language(store, shop):
    """`lang` goes before Accept-Language, and the file says which it is."""
    made = shop.reception(greet=False)
    for headers, params, expected in (({}, {}, "en"), ({"Accept-Language": "zh"}, {}, "zh-CN"), ({"Accept-Language": "zh"}, {"lang": "en"}, "en"),
                                      ({"Accept-Language": "en"}, {"lang": "zh"}, "zh-CN")):
        paper = document(store.advisor, "receptions", made["id"], headers=headers, params=params)
        assert paper.headers["Content-Language"] == expected
        assert ("车辆交接单" in words(paper.body)) == (expected == "zh-CN")


def test_the_same_data_make_the_same_file(store, shop):
    """So that its hash can be signed; and who has it is not sent it again."""
    made = shop.reception(greet=False)
    first, second = (in_chinese(store.advisor, "receptions", made["id"]) for _ in range(2))
    assert first.body == second.body and first.etag == second.etag and first.etag.startswith('W/"')
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(first.body).digest()).decode() + ":"
    assert first.headers["Repr-Digest"] == second.headers["Repr-Digest"] == digest
    assert first.headers["Content-Disposition"] == f'inline; filename="{made["number"]}.pdf"'
    same = in_chinese_again(store.advisor, made["id"], first.etag)
    assert (same.status, same.body, same.etag) == (304, b"", first.etag)
    head = store.advisor.head(f"/v1/receptions/{made['id']}/document", headers={"Accept-Language": "zh-CN"}, expect=200)
    assert (head.headers["Content-Length"], head.body) == (str(len(first.body)), b"")
    # another language, what another role sees, a change
    assert document(store.advisor, "receptions", made["id"]).etag != first.etag
    assert in_chinese(store.dispatcher, "receptions", made["id"]).etag != first.etag
    store.advisor.patch(f"/v1/receptions/{made['id']}", {"note": "新"}, version=made["version"], expect=200)
    assert in_chinese_again(store.advisor, made["id"], first.etag).status == 200


def in_chinese_again(who, id_, tag):
    return who.get(f"/v1/receptions/{id_}/document", headers={"Accept-Language": "zh-CN", "If-None-Match": tag})


def test_several_at_once(store, shop):
    """Each gets its own paper."""
    made = [shop.reception() for _ in range(4)]
    papers = at_once(*(lambda m=m: in_chinese(store.advisor, "receptions", m["id"]) for m in made))
    for m, paper in zip(made, papers):
        assert m["number"] in words(paper.body)


# --- The process that prints ----------------------------------------------------------------------

PAPER = {"document": "settlement", "language": "zh-CN", "at": "2026-11-22T04:00:00Z", "number": "N-1", "currency": "CNY", "status": "issued",
         "payer": "customer", "store": {"id": "s", "name": "店"}, "lines": [], "payments": []}


def printed(folder, data):
    """What fettled-print makes of this: its output, how it says it went, its status."""
    cell = [] if is_sanitized() else ["cell"]
    done = subprocess.run(["bash", "-c", 'exec "$@" 3>"$0"', folder / "told", pathlib.Path(fettled()).with_name("fettled-print"), *cell],
                          input=data if isinstance(data, bytes) else json.dumps(data).encode(), capture_output=True, timeout=120, check=False)
    return done.stdout, (folder / "told").read_text(encoding="utf-8"), done.returncode


@pytest.mark.parametrize("fen, said", [
    (0, "零元整"), (5, "伍分"), (50, "伍角整"), (100, "壹元整"), (1005, "壹拾元零伍分"), (10050, "壹佰元伍角整"), (100100, "壹仟零壹元整"),
    (1000000, "壹万元整"), (1000100, "壹万零壹元整"), (123456789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"), (10000000000, "壹亿元整"),
    (10000001000, "壹亿零壹拾元整"), (100000000000, "壹拾亿元整"), (105000000000, "壹拾亿零伍仟万元整")])
def test_amounts_in_words(tmp_path, fen, said):
    out, how, status = printed(tmp_path, {**PAPER, "total": fen})
    assert (how, status) == ("ok", 0)
    assert re.search(r"大写）：(\w+)", text(out))[1] == said


@pytest.mark.parametrize("wrong", [b"", b"{", b"[]", b'{"document":"novel","language":"en"}', b'{"document":1}'])
def test_what_is_no_document(tmp_path, wrong):
    assert printed(tmp_path, wrong) == (b"", "no such document", 65)


def test_whatever_people_write(store, shop):
    """Emoji, other scripts, texts without end and without a place to break."""
    made = shop.reception(greet=False)
    note = "😀 ไทย العربية ✓ " + "W" * 900 + "刹" * 900
    store.advisor.patch(f"/v1/receptions/{made['id']}", {"note": note}, version=made["version"], expect=200)
    paper = in_chinese(store.advisor, "receptions", made["id"]).body
    assert words(paper).count("W") >= 900 and words(paper).count("刹") >= 900


def helper(daemon):
    """The process that starts printers, once it has its name."""
    return wait_for(lambda: printer_of(daemon))


def printer_of(daemon):
    found = [path.parent.name for path in pathlib.Path("/proc").glob("[0-9]*/comm") if read(path) == "fettled-printer\n"
             and re.search(rf"^PPid:\t{daemon.process.pid}$", read(path.with_name("status")), re.MULTILINE)]
    return int(found[0]) if found else None


def read(path):
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_the_printer_ends_with_the_daemon(another):
    daemon = another()
    pid = helper(daemon)
    assert daemon.stop() == 0
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists())


def test_without_its_printer(another, store, shop, allow_log):
    """Papers wait, and nothing else does."""
    daemon, made = another(), shop.reception()
    who = elsewhere(store.advisor, daemon)
    document(who, "receptions", made["id"])
    allow_log("event=print_failed")
    os.kill(helper(daemon), signal.SIGKILL)
    reply = document(who, "receptions", made["id"], expect=503)
    assert reply.code == "unavailable" and reply.etag is None
    who.get(f"/v1/receptions/{made['id']}", expect=200)
    assert "event=print_failed" in daemon.log()
