# SPDX-License-Identifier: Apache-2.0
"""The judge of every run (tests/conftest.py) sees what must not be told, and nothing else."""

from fettle import judge_privacy, judge_secrets, private_words

CAR = {"plate": "沪A20Z01", "vin": "WP0AA2A94RS200001", "kind": "passenger_car", "id": "01a2018d-d6e6-7ef3-9835-a4ab98cd8ec2",
       "owners": [{"name": "Lin Xiaoman", "phone": "13912340001"}], "day": "2026-11-22", "at": "2026-11-22T04:00:00Z", "note": "call 12"}


def test_what_is_private(contract):
    """Texts at any depth; no ids, times, short numbers, nor what the contract itself calls something."""
    assert private_words(CAR, contract) >= {"沪A20Z01", "WP0AA2A94RS200001", "Xiaoman", "13912340001"}
    assert private_words({"method": "in_person", "id": CAR["id"], "at": CAR["at"], "day": CAR["day"], "n": "12.345"}, contract) == set()
    assert private_words(None, contract) == set()


def test_where_it_stands(contract):
    sent = private_words(CAR, contract)
    sound = "level=info event=request op=createVehicle status=201 store=" + CAR["id"]
    assert judge_privacy(sound + "\n", sent) == []
    for leak in (f"text=\"owner {CAR['owners'][0]['phone']}\"", "path=/v1/vehicles?q=WP0AA2A94RS200001", "name=Xiaoman", "plate=沪B1"):
        assert judge_privacy(f"{sound}\n{leak}\n", sent) == [leak]


def test_where_a_secret_stands():
    """As a word, within one, beside an id; and what has a blank in it."""
    secrets = {"19912340001", "k4Jx_-9vQ0aZ7cW2mN5pR8sT1uY3bE6d", "correct horse"}
    sound = [f"time=2026-11-22T10:0{n}:00.123456Z level=info id=01a2018d-d6e6-7ef3-9835-a4ab98cd8e{n}0 us={n}" for n in range(5)]
    assert judge_secrets("\n".join(sound), secrets) == []
    for secret in secrets:
        for leak in (secret, f"text=\"a {secret} b\"", f"key={secret}.", f"id={CAR['id']}{secret}"):
            assert judge_secrets("\n".join([*sound, leak]), secrets) == [secret], leak
