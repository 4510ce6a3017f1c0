# SPDX-License-Identifier: Apache-2.0
"""Faults are done to a daemon of their own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
