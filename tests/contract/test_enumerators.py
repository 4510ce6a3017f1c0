# SPDX-License-Identifier: Apache-2.0
"""What C calls the ends of an enumeration never is the name of one of its codes."""

import importlib.util
import pathlib

import pytest

spec = importlib.util.spec_from_file_location("contract_tool", pathlib.Path(__file__).resolve().parents[2] / "tools/contract.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)


@pytest.mark.parametrize("codes, ends", [
    (["receipt", "issue"], ("DOCUMENT_NONE", "DOCUMENT_COUNT")),
    (["receipt", "count"], ("DOCUMENT_NONE", "DOCUMENT_VALUES")),
    (["none", "Count"], ("DOCUMENT_UNSET", "DOCUMENT_VALUES")),
])
def test_ends(codes, ends):
    generator = tool.Generator(None)
    generator.enums["document"] = {"enum": codes}
    assert (generator.spare("document", "NONE", "UNSET"), generator.spare("document", "COUNT", "VALUES")) == ends


def test_no_end_is_left():
    generator = tool.Generator(None)
    generator.enums["document"] = {"enum": ["count", "values"]}
    with pytest.raises(tool.ContractError):
        generator.spare("document", "COUNT", "VALUES")
