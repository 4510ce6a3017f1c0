# SPDX-License-Identifier: Apache-2.0
"""Small pictures of photos: what they are, how often they are made, and what a broken or hostile photo does (P22)."""

import hashlib
import io
import os
import pathlib
import re
import signal
import struct
import subprocess
import time
import zlib

import pytest
from PIL import Image, ImageDraw

from fettle import People, at_once, fettled, is_sanitized, uuid7, wait_for
from trade import PAPER, Trade

SIDES = {"small": 160, "medium": 480, "large": 1280}
CORNERS = ((220, 30, 30), (30, 200, 40), (40, 60, 210), (250, 240, 60))     # from the upper left, by rows
VIDEO = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(40)
# How a photo of each orientation lies in its file.
LAID = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}


def drawn(width, height, mode="RGB"):
    """Its corners have a colour each."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    draw, x, y = ImageDraw.Draw(image), width // 2, height // 2
    for n, colour in enumerate(CORNERS):
        draw.rectangle([n % 2 * x, n // 2 * y, n % 2 * x + x, n // 2 * y + y], fill=colour)
    return image.convert(mode)


def noise(width, height):
    """What shrinks least."""
    return Image.effect_noise((width, height), 80).convert("RGB")


def exif(orientation):
    """What a telephone writes: the camera, and the place."""
    told = Image.Exif()
    told[0x112] = orientation
    told[0x10f] = "HIDEOUT PHONE"
    told[0x8825] = {1: "N", 2: (31.0, 14.0, 3.5), 3: "E", 4: (121.0, 29.0, 7.25), 29: "2026:11:22"}
    return told


def saved(image, kind="JPEG", orientation=None, **more):
    out = io.BytesIO()
    if orientation:
        more["exif"] = exif(orientation)
        image = image.transpose(LAID[orientation]) if orientation > 1 else image
    image.save(out, kind, **more)
    return out.getvalue()


def another_of(photo):
    """The same picture to look at, another content: what stands behind its end is nobody's."""
    return photo + os.urandom(16)


def png_head(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(100000))) + chunk(b"IEND", b""))


def jpeg_head(width, height, **more):
    photo = saved(drawn(64, 48), **more)
    at = re.search(rb"\xff[\xc0\xc2]\0\x11\x08", photo).end()
    return photo[:at] + struct.pack(">HH", height, width) + photo[at + 4:]


def webp_head(width, height):
    photo = saved(drawn(64, 48), "WEBP", lossless=True)
    at = photo.index(b"VP8L") + 9
    bits = struct.unpack("<I", photo[at:at + 4])[0] & 0xf0000000 | (width - 1) | (height - 1) << 14
    return photo[:at] + struct.pack("<I", bits) + photo[at + 4:]


def looks(reply):
    """The small picture, decoded: it is whole."""
    assert reply.headers["Content-Type"] == "image/jpeg"
    image = Image.open(io.BytesIO(reply.body))
    image.load()
    return image


def corners(image):
    """Which colour each corner has, by its place in CORNERS."""
    width, height = image.size
    seen = [image.getpixel((x, y)) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [min(range(4), key=lambda n, s=s: sum(abs(a - b) for a, b in zip(s, CORNERS[n]))) for s in seen]


@pytest.fixture
def kept(store):
    """kept(content) -> the id of a file of the store."""
    def upload(content, expect=201, who=store.advisor):
        reply = who.request("POST", "/v1/files", raw=content, headers={"Content-Type": "image/jpeg"}, expect=expect)
        return reply["id"]
    return upload


def small(who, file, size=None, **more):
    return who.get(f"/v1/files/{file}/thumbnail", params={"size": size} if size else None, **more)


def path_of(data, content, size="medium"):
    name = hashlib.sha256(content).hexdigest()
    return pathlib.Path(data) / "files" / name[:2] / f"{name}.{size}.jpg"


@pytest.fixture
def data(run):
    return pathlib.Path(run["folder"]) / "data"


# --- What it is ---

@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_small(store, kept, data, kind):
    """P22: JPEG in three sizes, in the photo's proportions, never larger than it was, kept beside the photo."""
    content = another_of(saved(drawn(1600, 1200), kind))
    file = kept(content)
    for size, side in SIDES.items():
        image = looks(small(store.advisor, file, size, expect=200))
        assert image.size == (side, side * 3 // 4) and corners(image) == [0, 1, 2, 3]
        assert path_of(data, content, size).is_file()
    assert looks(small(store.advisor, file, expect=200)).size == (480, 360)
    assert looks(small(store.advisor, kept(saved(drawn(300, 600), kind)), expect=200)).size == (240, 480)
    assert looks(small(store.advisor, kept(saved(drawn(31, 17), kind)), "large", expect=200)).size == (31, 17)
    assert looks(small(store.advisor, kept(saved(drawn(4000, 2), kind)), "small", expect=200)).size == (160, 1)


def test_what_it_says_of_itself(store, kept, chain):
    """P22: it need not be asked for twice: an ETag, 304 for who has it, a day without asking, and only for its own user."""
    file = kept(another_of(saved(drawn(800, 600))))
    first = small(store.advisor, file, expect=200)
    assert first.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert first.headers["Vary"] == store.advisor.get(f"/v1/files/{file}/content", expect=200).headers["Vary"]
    assert first.headers["X-Content-Type-Options"] == "nosniff" and first.etag.startswith('W/"')
    again = small(store.advisor, file, headers={"If-None-Match": first.etag}, expect=304)
    assert (again.body, again.etag, again.headers["Cache-Control"]) == (b"", first.etag, first.headers["Cache-Control"])
    assert small(store.advisor, file, headers={"If-None-Match": "*"}, expect=304).body == b""
    assert small(store.advisor, file, headers={"If-None-Match": '"other"'}, expect=200).body == first.body
    assert small(store.advisor, file, "small", headers={"If-None-Match": first.etag}, expect=200).etag != first.etag
    head = store.advisor.head(f"/v1/files/{file}/thumbnail", expect=200)
    assert (head.headers["Content-Length"], head.etag, head.body) == (str(len(first.body)), first.etag, b"")
    wrong = small(store.advisor, file, "huge")
    assert (wrong.status, wrong.headers["Cache-Control"]) == (400, "no-store") and "size" in wrong.errors, wrong
    small(chain.anyone, file, expect=401)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nobody_learns_where_it_was_taken(store, kept, kind):
    """P22: place, time and camera stay in the photo."""
    photo = saved(drawn(900, 700), kind, orientation=6)
    assert b"HIDEOUT" in photo and Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)
    for size in SIDES:
        reply = small(store.advisor, kept(photo), size, expect=200)
        for told in (b"HIDEOUT", b"Exif", b"GPS", b"2026:11:22"):
            assert told not in reply.body
        image = looks(reply)
        assert not image.getexif() and set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_stands_upright(store, kept, kind):
    """P22: however the camera was held: all eight orientations."""
    for orientation in LAID:
        image = looks(small(store.advisor, kept(saved(drawn(900, 600), kind, orientation)), expect=200))
        assert (image.size, corners(image)) == ((480, 320), [0, 1, 2, 3]), orientation


@pytest.mark.parametrize("more", [
    {"mode": "L"}, {"mode": "CMYK"}, {"progressive": True}, {"kind": "PNG", "mode": "P"}, {"kind": "PNG", "mode": "1"}, {"kind": "PNG", "mode": "I"},
    {"kind": "PNG", "mode": "LA"}, {"kind": "WEBP", "lossless": True}], ids=str)
def test_kinds_of_pictures(store, kept, more):
    """P22: grey, four colours, palettes, 16 bits: the small one looks as the photo does."""
    kind, mode = more.pop("kind", "JPEG"), more.pop("mode", "RGB")
    image = drawn(640, 480).convert("L").convert("I").point(lambda v: v * 257) if mode == "I" else drawn(640, 480, mode)
    made = looks(small(store.advisor, kept(saved(image, kind, **more)), expect=200))
    want = drawn(640, 480, "L" if mode in ("I", "LA") else mode).convert("RGB").resize(made.size, Image.Resampling.BOX)
    for x, y in ((60, 60), (400, 60), (60, 300), (400, 300)):
        got, wanted = (i.crop((x, y, x + 40, y + 40)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) for i in (made.convert("RGB"), want))
        assert max(abs(a - b) for a, b in zip(got, wanted)) < 12, (x, y, got, wanted)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_white(store, kept, kind):
    """P22: JPEG has no holes."""
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((0, 0, 0, 255), (200, 0, 400, 400))
    made = looks(small(store.advisor, kept(saved(image, kind)), expect=200))
    assert min(made.getpixel((100, 200))) > 245 and max(made.getpixel((300, 200))) < 10


# --- Who may see it ---

def test_whose_picture(store, kept, chain):
    """P22: who may see the photo may see it small; another store's is not there."""
    file = kept(saved(drawn(300, 200)))
    small(store.tech1, file, expect=200)
    small(chain.admin, file, expect=200)
    small(store.parts, file, expect=403)
    small(chain.store().advisor, file, expect=404)
    for unknown in (uuid7(), "x"):
        small(store.advisor, unknown, expect=404)


def test_a_signed_address(store, kept, anyone):
    """P22: the signed address of the photo shows it small, as long as it holds."""
    file = kept(another_of(saved(drawn(300, 200), orientation=8)))
    url = store.advisor.get(f"/v1/files/{file}/url", expect=200)["url"]
    shown = anyone.get(url + "/thumbnail", params={"size": "small"}, expect=200)
    assert looks(shown).size == (160, 107) and shown.headers["Cache-Control"] == "private, max-age=600, immutable"
    assert shown.body == small(store.advisor, file, "small", expect=200).body
    anyone.get(url + "/thumbnail", params={"size": "small"}, headers={"If-None-Match": shown.etag}, expect=304)
    anyone.get(url[:-3] + "AAA/thumbnail", expect=404)
    assert anyone.get(url + "/thumbnail", params={"size": "wide"}).status == 400


def test_a_customers_link(store, anyone):
    """P22: the photos of a link's estimate, small; no others."""
    trade = Trade(store)
    sent, seen = trade.of_finding()
    base = f"/v1/public/{sent['token']}/files"
    assert looks(anyone.get(f"{base}/{seen['findings'][0]['file_ids'][0]}/thumbnail", expect=200)).size == (1, 1)
    anyone.get(f"{base}/{trade.file()}/thumbnail", expect=404)
    anyone.get(f"/v1/public/{'A' * 20}/files/{trade.file()}/thumbnail", expect=404)


# --- What is no good photo ---

def test_no_pictures(store, kept):
    """P22: a paper and a video have no small picture, and say what they are."""
    for content, kind in ((PAPER, "application/pdf"), (VIDEO, "video/mp4")):
        refused = small(store.advisor, kept(content), expect=409)
        assert refused.code == "not_a_picture" and kind in refused["detail"] and refused.etag is None
        assert refused.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind, more", [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True})], ids=str)
def test_cut_off_anywhere(store, kept, kind, more):
    """P22: a photo that lacks its end is no good picture, wherever it ends."""
    photo = saved(noise(24, 18), kind, **more)
    small(store.advisor, kept(photo), expect=200)
    tried = 0
    for end in [*range(10, len(photo), 10), len(photo) - 1]:
        sent = store.advisor.request("POST", "/v1/files", raw=photo[:end], headers={"Content-Type": "image/jpeg"})
        if sent.status == 415:
            continue
        refused = small(store.advisor, sent["id"])
        assert (refused.status, refused.code) == (409, "picture_unreadable"), end
        assert refused.etag is None and refused.headers["Cache-Control"] == "no-store"
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("make", [png_head, jpeg_head, lambda w, h: jpeg_head(w, h, progressive=True), lambda w, h: webp_head(16383, 16383)],
                         ids=["png", "jpeg", "progressive", "webp"])
def test_a_bomb(store, kept, make):
    """P22: some octets that say they are 3,600 million points are not unpacked."""
    bomb = make(60000, 60000)
    assert len(bomb) < 20000
    file, began = kept(bomb), time.monotonic()
    refused = small(store.advisor, file, expect=409)
    assert refused.code == "picture_too_large" and time.monotonic() - began < 2
    small(store.advisor, kept(saved(drawn(200, 100))), expect=200)


def test_a_picture_that_lies(store, kept):
    """P22: as large as is allowed, and nearly nothing of it there; scans without end; another kind inside."""
    photo = saved(drawn(64, 48), progressive=True)
    scan = photo[re.search(rb"\xff\xda", photo).start():-2]
    scans = photo[:-2] + b"".join([scan] * 300) + photo[-2:]
    liars = {"png": png_head(11000, 11000), "jpeg": jpeg_head(11000, 11000), "progressive": jpeg_head(11000, 11000, progressive=True),
             "scans": scans, "webp in riff": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0" + bytes(24), "webp": webp_head(11000, 11000),
             "no points": jpeg_head(0, 0)}
    for name, liar in liars.items():
        refused = small(store.advisor, kept(liar))
        assert (refused.status, refused.code) == (409, "picture_unreadable"), name
    small(store.advisor, kept(saved(drawn(200, 100))), expect=200)


def test_broken_anywhere(tmp_path):
    """P22: with any octets wrong the program ends in order: a picture, or what is wrong with it."""
    for kind, more in (("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True})):
        photo = saved(noise(40, 30), kind, orientation=7, **more)
        for at in range(0, len(photo), max(1, len(photo) // 60)):
            out, told, _ = thumb(photo[:at] + bytes([photo[at] ^ 0xff, 0x80]) + photo[at + 2:], tmp_path)
            assert told in ("reading: ok", "reading: unreadable", "reading: too large") and bool(out) == told.endswith("ok"), (kind, at, told)


def thumb(photo, folder, side=160):
    """What fettled-thumb makes of this by itself: its output, how it says it went, its status."""
    (folder / "photo").write_bytes(photo)
    cell = [] if is_sanitized() else ["cell"]
    with open(folder / "photo", "rb") as source:
        done = subprocess.run(["bash", "-c", 'exec "$@" 3>"$0"', folder / "told", pathlib.Path(fettled()).with_name("fettled-thumb"), str(side), *cell],
                              stdin=source, stdout=subprocess.PIPE, check=False, timeout=60)
    return done.stdout, (folder / "told").read_text(), done.returncode


# --- How often it is made, and what is kept ---

@pytest.fixture
def hired(db, contract, book, store):
    """hired(daemon) -> an advisor there."""
    return lambda daemon: People(db, daemon.port, contract, book).hire(store.chain.unique().lower(), "service_advisor", store=store.id)


@pytest.fixture
def apart(another, hired):
    """apart(**settings) -> a daemon with files of its own, and an advisor there."""
    def start(**settings):
        daemon = another(**settings)
        return daemon, hired(daemon)
    return start


def made(daemon):
    return len(re.findall(r"event=thumbnail ", daemon.log()))


def test_many_want_the_same_new_one(apart, kept):
    """P22: 64 telephones ask for one that is not there yet: it is made once, for all of them; one that fails, fails once."""
    daemon, clerk = apart(PRINTERS=1)
    file = kept(saved(noise(4000, 3000), quality=90), who=clerk)
    broken = kept(saved(noise(2000, 1500))[:-2000], who=clerk)
    replies = at_once(*[lambda: small(clerk, file)] * 64)
    assert {r.status for r in replies} == {200} and len({r.body for r in replies}) == 1
    looks(replies[0])
    assert made(daemon) == 1
    assert {(r.status, r.code) for r in at_once(*[lambda: small(clerk, broken)] * 16)} == {(409, "picture_unreadable")}
    small(clerk, file, "small", expect=200)
    assert made(daemon) == 2


def test_when_too_many_are_new(apart, kept):
    """P22: the queue ends with 503 and when to come again; what is kept is given meanwhile, and all else goes on."""
    daemon, clerk = apart(PRINTERS=1)
    photo = saved(noise(5000, 4000), quality=85)
    files = [kept(another_of(photo), who=clerk) for _ in range(44)]
    small(clerk, files[0], expect=200)
    times = []

    def others():
        time.sleep(0.5)
        for _ in range(5):
            began = time.monotonic()
            small(clerk, files[0], expect=200)
            clerk.get(f"/v1/files/{files[0]}", expect=200)
            times.append(time.monotonic() - began)

    *replies, _ = at_once(*[lambda f=f: small(clerk, f) for f in files[1:]], others)
    assert {r.status for r in replies} <= {200, 503}
    late = [r for r in replies if r.status == 503]
    assert late and all(r.code == "unavailable" and int(r.headers["Retry-After"]) >= 1 for r in late)
    assert max(times) < 1.5, times
    assert small(clerk, files[-1], expect=200) and made(daemon) <= 44


def test_what_is_kept_may_be_lost(store, kept, data, allow_log):
    """P22: it is made again; an empty name is none; where it cannot be kept it is given all the same."""
    content = another_of(saved(drawn(700, 500)))
    file = kept(content)
    first = small(store.advisor, file, expect=200)
    path = path_of(data, content)
    assert path.read_bytes() == first.body
    path.unlink()
    assert small(store.advisor, file, expect=200).body == first.body == path.read_bytes()
    path.write_bytes(b"")
    assert small(store.advisor, file, expect=200).body == first.body == path.read_bytes()
    path.unlink()
    allow_log("event=file_store")
    path.mkdir()
    assert small(store.advisor, file, expect=200).body == first.body
    assert not list(path.iterdir())
    path.rmdir()


def test_it_goes_with_its_photo(another, store, kept, tmp_path):
    """P22: the sweeper takes it with a content that no file names; that of a named one stays."""
    data = tmp_path / "data"
    lost, named, gone = (another_of(saved(drawn(90, 60))) for _ in range(3))
    kept(named)
    paths = {}
    for content in (lost, named):
        paths[content] = path_of(data, content)
        paths[content].parent.mkdir(parents=True, exist_ok=True)
        photo = paths[content].with_name(hashlib.sha256(content).hexdigest())
        photo.write_bytes(content)
        os.utime(photo, (time.time() - 7200,) * 2)
    paths[gone] = path_of(data, gone, "small")
    paths[gone].parent.mkdir(parents=True, exist_ok=True)
    for path in paths.values():
        path.write_bytes(b"x")
    strange = paths[gone].with_name("README.small.jpg")
    strange.write_bytes(b"x")
    aside = data / "files/new-a1B2c3"
    aside.write_bytes(b"x")
    os.utime(aside, (time.time() - 7200,) * 2)
    another(DATA=data)
    wait_for(lambda: not aside.exists(), 20)    # after the last shelf
    assert [paths[c].exists() for c in (lost, named, gone)] == [False, True, False] and strange.exists()


def test_killed_while_it_is_made(apart, hired, kept, tmp_path):
    """P22: kill -9 at any moment leaves no half picture that is given: none, or the whole one."""
    data = tmp_path / "data"
    photo = saved(noise(4000, 3000), quality=90)
    daemon, clerk = apart(DATA=data)
    contents = [another_of(photo) for _ in range(6)]
    files = [kept(content, who=clerk) for content in contents]
    whole = small(clerk, files[0], expect=200).body
    for n, file in enumerate(files[1:], 1):
        def ask(who=clerk, file=file):
            try:
                return small(who, file).status
            except OSError:
                return None

        def kill(n=n):
            time.sleep(0.05 * n)
            daemon.process.kill()
            daemon.process.wait()

        at_once(ask, kill)
        for left in (data / "files").glob("*/*.jpg"):
            assert left.read_bytes() == whole, n
        clerk = hired(daemon.start())
    for file in files:
        assert small(clerk, file, expect=200).body == whole


def test_without_its_printer(apart, kept, allow_log):
    """P22: when nothing starts it that is not the photo's fault; what is kept is given."""
    daemon, clerk = apart()
    file = kept(another_of(saved(drawn(200, 100))), who=clerk)
    small(clerk, file, expect=200)
    allow_log("event=thumbnail_failed")
    for path in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "Name:\tfettled-printer\n" in text and f"\nPPid:\t{daemon.process.pid}\n" in text:
            os.kill(int(path.parent.name), signal.SIGKILL)
    refused = small(clerk, file, "small", expect=503)
    assert (refused.code, refused.etag, refused.headers["Cache-Control"]) == ("unavailable", None, "no-store")
    small(clerk, file, expect=200)
