# SPDX-License-Identifier: Apache-2.0
"""Files: photos and papers of a store, kept by their content."""

import base64
import datetime
import hashlib
import os
import pathlib
import struct
import time
import zlib

import psycopg2
import pytest

from fettle import People, at_once, uuid7, wait_for


def png(more=b""):
    """A picture that no other test has."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", b"Comment\0" + os.urandom(16).hex().encode() + more) + chunk(b"IEND", b""))


def multipart(content, head=b'name="file"; filename="a.png"', boundary=b"----b"):
    return (b"--" + boundary + b"\r\nContent-Disposition: form-data; " + head
            + b"\r\nContent-Type: image/png\r\n\r\n" + content + b"\r\n--" + boundary + b"--\r\n")


@pytest.fixture
def reception(store):
    return store.advisor.post("/v1/check-ins", {
        "plate": store.chain.plate(), "customer": {"name": "王芳", "phone": store.chain.phone()}, "odometer_km": 1},
        expect=201)["id"]


def upload(client, content, reception=None, kind="image/png", expect=None, key=None, **params):
    subject = {"subject_type": "reception", "subject_id": reception} if reception else {}
    return client.request("POST", "/v1/files", raw=content, params={**subject, **params}, key=key,
                          headers={"Content-Type": kind}, expect=expect)


def test_a_photo_of_a_reception(store, reception, run):
    """E2: what was sent is kept by its content and comes back byte by byte."""
    picture = png()
    file = upload(store.tech1, picture, reception, name="左前门 1.png", expect=201)
    assert file.headers["Location"] == f"/v1/files/{file['id']}"
    assert (file["media_type"], file["size"], file["name"], file["store_id"]) == (
        "image/png", len(picture), "左前门 1.png", store.id)
    assert file["sha256"] == hashlib.sha256(picture).hexdigest()
    kept = pathlib.Path(run["folder"]) / "data/files" / file["sha256"][:2] / file["sha256"]
    assert kept.read_bytes() == picture
    assert store.advisor.get(f"/v1/files/{file['id']}", expect=200).json == file.json

    content = store.advisor.get(f"/v1/files/{file['id']}/content", expect=200)
    assert content.body == picture
    assert content.headers["Content-Type"] == "image/png"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert content.headers["Content-Disposition"] == (
        "attachment; filename=\"__________1.png\"; filename*=UTF-8''%E5%B7%A6%E5%89%8D%E9%97%A8%201.png")
    head = store.advisor.head(f"/v1/files/{file['id']}/content", expect=200)
    assert (head.headers["Content-Length"], head.body) == (str(len(picture)), b"")

    again = upload(store.advisor, picture, reception, expect=201)
    assert again["id"] != file["id"] and again["sha256"] == file["sha256"] and again["name"] is None
    photos = store.advisor.get(f"/v1/receptions/{reception}", expect=200)["photos"]
    assert [(p["id"], p["name"], p["media_type"], p["size"]) for p in photos] == [
        (file["id"], "左前门 1.png", "image/png", len(picture)), (again["id"], None, "image/png", len(picture))]
    listed = store.advisor.pages("/v1/files", subject_type="reception", subject_id=reception, limit=1)
    assert [f["id"] for f in listed] == [file["id"], again["id"]]


def test_nothing_is_no_file(store):
    """An empty file is refused, with a key or without, and its key stays free."""
    key = uuid7()
    for attempt in (None, key):
        empty = upload(store.advisor, b"", key=attempt, store_id=store.id)
        assert (empty.status, empty.code) == (415, "unsupported_media_type"), empty
    picture = png()
    file = upload(store.advisor, picture, key=key, store_id=store.id, expect=201)
    again = upload(store.advisor, picture, key=key, store_id=store.id, expect=201)
    assert (again["id"], again.replayed) == (file["id"], True)
    other = upload(store.advisor, png(), key=key, store_id=store.id)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_ranges(store):
    """One range of a file, so that a download goes on where it broke."""
    picture = png()
    id = upload(store.advisor, picture, expect=201)["id"]
    path, size = f"/v1/files/{id}/content", len(picture)
    tag = store.advisor.get(path, expect=200).etag

    def ranged(what, **more):
        return store.advisor.get(path, headers={"Range": what, **more})

    for what, first, last in (("bytes=0-9", 0, 9), ("bytes=5-", 5, size - 1), ("bytes=-4", size - 4, size - 1),
                              (f"bytes=1-{size * 2}", 1, size - 1)):
        part = ranged(what)
        assert (part.status, part.headers["Content-Range"]) == (206, f"bytes {first}-{last}/{size}")
        assert part.body == picture[first:last + 1]
    outside = ranged(f"bytes={size}-")
    assert (outside.status, outside.code, outside.headers["Content-Range"]) == (
        416, "range_not_satisfiable", f"bytes */{size}")
    for what in ("bytes=0-1,3-4", "lines=0-1", "bytes=9-1", "bytes=x"):
        assert (ranged(what).status, ranged(what).body) == (200, picture)
    assert ranged("bytes=0-1", **{"If-Range": tag}).status == 206
    assert ranged("bytes=0-1", **{"If-Range": '"other"'}).status == 200
    same = store.advisor.get(path, headers={"If-None-Match": tag})
    assert (same.status, same.body) == (304, b"")


def test_forms(store, reception):
    """A browser's and a mini-program's form: one file, whatever its field is called."""
    picture = png()
    kind = "multipart/form-data; boundary=----b"
    for head, name in ((b'name="file"; filename="a.png"', "a.png"),
                       (b'name=x; filename="C:\\photos\\b.png"', "b.png"),
                       (b'name="file"; filename="/etc/passwd"', "passwd"),
                       ('name="file"; filename="图.png"'.encode(), "图.png"),
                       (b'name="file"; filename="_"; filename*=utf-8\'\'%E5%9B%BE%0A.png', "图_.png"),
                       (b'name="file"; filename=""', None)):
        file = upload(store.advisor, multipart(picture, head), reception, kind=kind, expect=201)
        assert (file["name"], file["size"], file["media_type"]) == (name, len(picture), "image/png")


def test_hostile_forms(store, reception):
    """What is no form, or more than one file, is refused, and nothing is kept."""
    kind = "multipart/form-data; boundary=----b"
    whole = multipart(png())
    twice = whole[:-4] + whole[7:]
    bodies = [b"", b"------b", b"------b--", whole[:-9], whole[:60], whole.replace(b"form-data", b"attachment"),
              multipart(png(), b'filename="a.png"'), multipart(png(), b'name="file"'), twice,
              multipart(png(), b'name="file"; filename="\xff.png"'), multipart(png(), b'name="file'),
              b"------b\r\n" + b"X: " + b"a" * 9000 + b"\r\n\r\n" + whole, b"\0" * 5000, os.urandom(5000)]
    for body in bodies:
        refused = upload(store.advisor, body, reception, kind=kind)
        assert (refused.status, refused.code) == (400, "malformed_multipart"), body[:100]
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="' + "x" * 71 + '"'):
        assert upload(store.advisor, whole, reception, kind=kind).code == "malformed_multipart"
    assert store.advisor.get(f"/v1/receptions/{reception}", expect=200)["photos"] == []


def test_only_what_it_looks_like(store):
    """The content decides; scripts are refused under any label, a picture is a picture under a wrong one."""
    pages = [b"<html><script>alert(1)</script></html>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
             b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 20, b"",
             b"MZ" + b"\0" * 200, b"plain", b"PK\x03\x04" + b"\0" * 30]
    for page in pages:
        for kind, body in (("image/png", page), ("multipart/form-data; boundary=----b", multipart(page))):
            refused = upload(store.advisor, body, kind=kind)
            assert (refused.status, refused.code) == (415, "unsupported_media_type"), (kind, page)
    for kind in ("text/html", "image/svg+xml", "application/json", "application/octet-stream", None):
        assert upload(store.advisor, png(), kind=kind).status == 415
    assert upload(store.advisor, png(), kind="image/jpeg", expect=201)["media_type"] == "image/png"
    samples = {"application/pdf": b"%PDF-1.7\n1 0 obj\n", "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
               "image/webp": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0", "video/mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"}
    for kind, body in samples.items():
        assert upload(store.advisor, body, kind=kind, expect=201)["media_type"] == kind


def phone(brand, *others):
    """The first box of what a phone makes."""
    brands = b"".join(b.encode() for b in others)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + brand.encode() + bytes(4) + brands + bytes(40)


@pytest.mark.parametrize("content, kind", ((phone("heic", "mif1", "heic"), "image/heic"), (phone("mif1", "mif1", "heic"), "image/heic"),
                                           (phone("qt  ", "qt  "), "video/quicktime"), (phone("3gp4", "isom", "3gp4"), "video/3gpp")),
                         ids=("heic", "mif1", "mov", "3gp"))
def test_what_phones_make(store, reception, content, kind):
    """P22: an iPhone's photos and videos and 3GP are kept, by their brands and not by what they are called; no small picture is made of them."""
    kept = upload(store.advisor, content, kind="image/png", expect=201)
    assert kept["media_type"] == kind
    whole = store.advisor.get(f"/v1/files/{kept['id']}/content", expect=200)
    assert (whole.headers["Content-Type"], whole.body) == (kind, content)
    refused = store.advisor.get(f"/v1/files/{kept['id']}/thumbnail")
    assert (refused.status, refused.code) == (409, "not_a_picture") and kind in refused["detail"]
    made = begin(store, content)
    send(store.tech1, made, 0, content, expect=200)
    done = store.tech1.post(f"/v1/file-uploads/{made['id']}/finish", expect=200)
    assert store.advisor.get(f"/v1/files/{done['file_id']}", expect=200)["media_type"] == kind
    for brand in ("avif", "hevc", "mif1"):
        assert upload(store.advisor, phone(brand, brand), kind=kind).status == 415


def test_large_files(store, run):
    """20 MiB go through a file, not through memory; an octet more is refused."""
    def memory():
        pid = next(p for p in pathlib.Path("/proc").glob("[0-9]*")
                   if (p / "environ").exists() and f"FETTLE_DATA={run['folder']}/data".encode() in read(p / "environ")
                   and b"fettled\0serve" in read(p / "cmdline"))
        return int(next(line for line in (pid / "status").read_text().splitlines() if line.startswith("VmData")).split()[1])

    def read(path):
        try:
            return path.read_bytes()
        except OSError:
            return b""

    picture = png()
    largest = picture + os.urandom((20 << 20) - len(picture))
    before = memory()
    file = upload(store.advisor, largest, expect=201)
    assert memory() - before < 8 << 10
    began = time.monotonic()
    assert store.advisor.get(f"/v1/files/{file['id']}/content", expect=200).body == largest
    assert time.monotonic() - began < 120  # nobody waits longer: it must not drip
    refused = upload(store.advisor, largest + b"x")
    assert (refused.status, refused.code) == (413, "too_large_body")


def test_the_same_picture_at_once(store, reception, run):
    """Many tablets send the same content: it lies there once, every upload has its row."""
    picture = png()
    files = at_once(*[lambda: upload(store.advisor, picture, reception)] * 12)
    assert {f.status for f in files} == {201} and len({f["id"] for f in files}) == 12
    shelf = pathlib.Path(run["folder"]) / "data/files" / files[0]["sha256"][:2]
    assert [p.name for p in shelf.iterdir() if p.name.startswith(files[0]["sha256"])] == [files[0]["sha256"]]
    # what lies aside now may be another test's, which puts it in its place: nothing of it stays
    aside = set(shelf.parent.glob("new-*"))
    wait_for(lambda: not aside & set(shelf.parent.glob("new-*")))
    key = uuid7()
    one, two = (upload(store.advisor, picture, reception, key=key, expect=201) for _ in range(2))
    assert one["id"] == two["id"] and two.replayed
    other = upload(store.advisor, png(), reception, key=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_who_may_see(chain, store, reception):
    """Files follow their store and their subject."""
    file = upload(store.advisor, png(), reception, expect=201)
    other = chain.store()
    assert upload(store.parts, png(), reception).status == 403
    assert upload(store.cashier, png()).status == 403
    for path in ("", "/content"):
        assert other.advisor.get(f"/v1/files/{file['id']}{path}").status == 404
        assert store.cashier.get(f"/v1/files/{file['id']}{path}").status == 403
        assert chain.anyone.get(f"/v1/files/{file['id']}{path}").status == 401
        assert store.advisor.get(f"/v1/files/{uuid7()}{path}").status == 404
    assert other.advisor.pages("/v1/files", subject_type="reception", subject_id=reception) == []
    for client, params in ((other.advisor, {}), (store.advisor, {"subject_type": "work_order"}),
                           (store.advisor, {"subject_id": uuid7()})):
        wrong = client.request("POST", "/v1/files", raw=png(), headers={"Content-Type": "image/png"},
                               params={"subject_type": "reception", "subject_id": reception, **params})
        assert (wrong.status, wrong.errors) == (422, {"subject_id": "not_found"})
    assert upload(store.advisor, png(), store_id=other.id).errors == {"store_id": "not_found"}
    assert upload(store.advisor, png(), subject_type="reception").errors == {"subject_id": "required"}
    assert upload(store.advisor, png(), subject_id=reception).errors == {"subject_type": "required"}
    assert upload(store.advisor, png(), reception, name="x" * 201).errors == {"name": "too_long"}
    assert chain.admin.get(f"/v1/files/{file['id']}/content", expect=200).body[:4] == b"\x89PNG"
    assert upload(chain.admin, png()).errors == {"store_id": "required"}


LONG_AGO = time.time() - 7200


def shelve(data, content, age=LONG_AGO):
    """Put a content into the store of a data directory as if it was kept at that time; its path."""
    name = hashlib.sha256(content).hexdigest()
    path = data / "files" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (age, age))
    return path


@pytest.fixture
def content_lock(run):
    """content_lock(path, how) holds a content's lock as an upload ('_shared') or the sweeper ('') does, until the test ends."""
    connections = []

    def hold(path, how):
        connection = psycopg2.connect(run["dsn"])
        connections.append(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{how}(hashtextextended('file ' || %s, 0))", (path.name,))
        return connection
    yield hold
    for connection in connections:
        connection.close()


def test_contents_nobody_names(another, store, tmp_path, content_lock):
    """What no file names is removed after an hour; what one names, somebody is keeping, or is none of ours, stays."""
    data = tmp_path / "data"
    named = png()
    upload(store.advisor, named, expect=201)
    lost = [shelve(data, png()) for _ in range(5)]
    kept = [shelve(data, named), shelve(data, png(), time.time() - 3000), shelve(data, png())]
    content_lock(kept[2], "_shared")
    strange = kept[0].parent / "README"
    aside = [data / "files/new-a1B2c3", data / "files/new-d4E5f6"]
    for path in (strange, *aside):
        path.write_bytes(b"x")
    for path in (strange, aside[0]):
        os.utime(path, (LONG_AGO, LONG_AGO))
    another(DATA=data)
    wait_for(lambda: not aside[0].exists(), 20)    # after the last shelf
    assert [path.exists() for path in lost] == [False] * 5
    assert [path.exists() for path in (*kept, strange, aside[1])] == [True] * 5


def test_an_upload_waits_for_the_sweeper(store, run, content_lock):
    """An upload of what is just being removed keeps it after that."""
    picture = png()
    path = shelve(pathlib.Path(run["folder"]) / "data", picture)
    sweeper = content_lock(path, "")

    def remove():
        time.sleep(0.3)
        assert path.stat().st_mtime == LONG_AGO    # nobody has kept it meanwhile
        path.unlink()
        sweeper.rollback()

    kept, _ = at_once(lambda: upload(store.advisor, picture, expect=201), remove)
    assert store.advisor.get(f"/v1/files/{kept['id']}/content", expect=200).body == picture


def test_uploads_while_the_sweeper_is_at_it(another, db, contract, book, store, tmp_path):
    """Whatever the sweeper and uploads of the same contents do at the same moment, every file has its bytes."""
    data = tmp_path / "data"
    pictures = [png() for _ in range(96)]
    pictures.sort(key=lambda picture: hashlib.sha256(picture).hexdigest())
    for picture in pictures:
        shelve(data, picture)
    daemon = another(DATA=data)
    clerk = People(db, daemon.port, contract, book).hire(store.chain.unique().lower(), "service_advisor", store=store.id)
    files = []
    for n in range(0, len(pictures), 8):
        files += at_once(*[lambda p=p: upload(clerk, p, expect=201) for p in pictures[n:n + 8]])
    wait_for(lambda: "event=files_swept" in daemon.log(), 20)
    for file, picture in zip(files, pictures):
        assert clerk.get(f"/v1/files/{file['id']}/content", expect=200).body == picture


# --- Signed addresses ---

def test_a_signed_address(store, anyone, reception):
    """P22: an image or a player shows the file without a token, whole or in ranges, and nothing else."""
    picture = png()
    file = upload(store.tech1, picture, reception, expect=201)
    address = store.advisor.get(f"/v1/files/{file['id']}/url", expect=200)
    assert address["id"] == file["id"] and address["url"].startswith("/v1/file-contents/")
    left = datetime.datetime.fromisoformat(address["expires_at"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert 590 <= left.total_seconds() <= 601
    shown = anyone.get(address["url"], expect=200)
    assert shown.body == picture and shown.headers["Content-Type"] == "image/png"
    part = anyone.get(address["url"], headers={"Range": "bytes=1-3"}, expect=206)
    assert part.body == picture[1:4]
    token = address["url"].rsplit("/", 1)[1]
    for wrong in (token[:-1], token[:20] + ("A" if token[20] != "A" else "B") + token[21:], "x", token + "AA"):
        assert anyone.get("/v1/file-contents/" + wrong).status == 404
    assert anyone.get("/v1/public/" + token).status in (401, 404)
    assert store.chain.store().advisor.get(f"/v1/files/{file['id']}/url").status == 404
    assert store.parts.get(f"/v1/files/{file['id']}/url").status == 403


def test_a_signed_address_ends(store, anyone, reception):
    """P22: after its time, or with another time in it, it shows nothing."""
    file = upload(store.tech1, png(), reception, expect=201)
    token = store.advisor.get(f"/v1/files/{file['id']}/url", expect=200)["url"].rsplit("/", 1)[1]
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert len(raw) == 40
    for until in (0, 2 ** 40):
        raw[16:24] = struct.pack(">q", until)
        assert anyone.get("/v1/file-contents/" + base64.urlsafe_b64encode(raw).decode().rstrip("=")).status == 404
    assert anyone.get("/v1/file-contents/" + base64.urlsafe_b64encode(raw[:39]).decode()).status == 404


# --- Uploads in parts ---

def send(client, made, offset, content, **more):
    return client.request("POST", f"/v1/file-uploads/{made['id']}/parts", raw=content, params={"offset": offset},
                          headers={"Content-Type": "application/octet-stream"}, **more)


def begin(store, content, **more):
    return store.tech1.post("/v1/file-uploads", {"store_id": store.id, "size": len(content), **more}, expect=201)


def test_a_file_in_parts(store, reception, run):
    """P22: it goes on where it stopped, and becomes a file that is known by its content."""
    content = png(os.urandom(300000))
    made = begin(store, content, name="环车.png", subject_type="reception", subject_id=reception)
    assert (made["status"], made["size"], made["received"], made["file_id"]) == ("receiving", len(content), 0, None)
    first = send(store.tech1, made, 0, content[:100000], expect=200)
    assert first["received"] == 100000
    gap = send(store.tech1, made, 200000, content[200000:])
    assert (gap.status, gap.code) == (409, "wrong_offset") and "100000" in gap["detail"]
    assert send(store.tech1, made, 0, content[:100000]).code == "wrong_offset"
    early = store.tech1.post(f"/v1/file-uploads/{made['id']}/finish")
    assert (early.status, early.code) == (409, "upload_incomplete")
    assert store.advisor.get(f"/v1/file-uploads/{made['id']}", expect=200)["received"] == 100000
    assert send(store.tech1, made, 100000, content[100000:] + b"x").code == "wrong_part"
    assert send(store.tech1, made, 100000, b"").code == "wrong_part"
    send(store.tech1, made, 100000, content[100000:], expect=200)
    wrong = store.tech1.post(f"/v1/file-uploads/{made['id']}/finish", {"sha256": "0" * 64})
    assert (wrong.status, wrong.errors) == (422, {"/sha256": "bad_value"})
    done = store.tech1.post(f"/v1/file-uploads/{made['id']}/finish", {"sha256": hashlib.sha256(content).hexdigest()}, expect=200)
    assert done["status"] == "finished"
    file = store.advisor.get(f"/v1/files/{done['file_id']}", expect=200)
    assert (file["media_type"], file["size"], file["name"], file["subject_id"], file["sha256"]) == (
        "image/png", len(content), "环车.png", reception, hashlib.sha256(content).hexdigest())
    assert store.advisor.get(f"/v1/files/{file['id']}/content", expect=200).body == content
    assert (pathlib.Path(run["folder"]) / "data/files" / file["sha256"][:2] / file["sha256"]).read_bytes() == content
    for late in (send(store.tech1, made, len(content), b"x"), store.tech1.post(f"/v1/file-uploads/{made['id']}/finish")):
        assert (late.status, late.code, late["state"]) == (409, "illegal_transition", "finished")


def test_two_who_send_the_same_part(store):
    """P22: of the same part sent at once one counts; what is finished at once is one file."""
    content = png()
    made = begin(store, content)
    replies = at_once(*[lambda: send(store.tech1, made, 0, content)] * 4)
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]
    replies = at_once(*[lambda: store.tech1.post(f"/v1/file-uploads/{made['id']}/finish")] * 4)
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]


def test_what_comes_in_parts_is_judged_by_content(store, reception):
    """P22: a label proves nothing here either; what is wrong in the beginning is named."""
    content = b"<html><script>alert(1)</script></html>"
    made = begin(store, content, name="a.png")
    whole = send(store.tech1, made, 0, content)
    assert (whole.status, whole.code) == (415, "unsupported_media_type")
    assert store.tech1.get(f"/v1/file-uploads/{made['id']}", expect=200)["received"] == 0
    long = begin(store, bytes(9000))
    assert send(store.tech1, long, 0, b"MZ" + bytes(4094)).status == 415
    send(store.tech1, made, 0, content[:9], expect=200)  # too little to tell
    send(store.tech1, made, 9, content[9:], expect=200)
    refused = store.tech1.post(f"/v1/file-uploads/{made['id']}/finish")
    assert (refused.status, refused.code) == (415, "unsupported_media_type")
    body = {"store_id": store.id, "size": 1}
    assert store.tech1.post("/v1/file-uploads", {**body, "size": 0}, expect=422).errors == {"/size": "too_small"}
    assert store.tech1.post("/v1/file-uploads", {**body, "size": 2 ** 28 + 1}, expect=422).errors == {"/size": "too_large"}
    assert store.tech1.post("/v1/file-uploads", {**body, "subject_id": reception}, expect=422).errors == {"/subject_type": "required"}
    assert store.tech1.post("/v1/file-uploads", {**body, "subject_type": "reception", "subject_id": uuid7()}, expect=422).errors == {
        "/subject_id": "not_found"}
    other = store.chain.store()
    assert other.tech1.get(f"/v1/file-uploads/{made['id']}").status == 404
    assert send(other.tech1, made, 0, b"x").status == 404
    assert store.cashier.post("/v1/file-uploads", body).status == 403


def test_an_upload_that_rests_too_long(store, sql, run):
    """P22: a day after its last part it is given up; parts that were lost are not made up."""
    content = png()
    rested, lost = begin(store, content), begin(store, content)
    for made in (rested, lost):
        send(store.tech1, made, 0, content[:20], expect=200)
    sql("UPDATE file_upload SET updated_at = updated_at - interval '25 hours' WHERE id = %s", (rested["id"],))
    (pathlib.Path(run["folder"]) / f"data/files/part-{lost['id']}").unlink()
    for made in (rested, lost):
        late = send(store.tech1, made, 20, content[20:])
        assert (late.status, late.code) == (409, "upload_expired"), late
