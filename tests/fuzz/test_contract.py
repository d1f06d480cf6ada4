"""Whatever is sent: no 5xx, and no answer outside of the shape that OpenAPI declares. Run by `just test-fuzz`, not with the suite.

FUZZ_SECONDS says for how long, FUZZ_SEED with which numbers: the seed that a run prints makes the same requests again,
but for moments, tokens and passwords that the server makes up.
"""

import os
import random

import pytest

from tests.conftest import config_of
from tests.fuzz.fuzzer import Fuzzer
from tests.live.server import serving

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 120)
SEED = int(os.environ.get("FUZZ_SEED") or random.randrange(10**6))


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS + 600)
def test_every_answer_is_as_declared(fuzzed: dict[str, str]) -> None:
    print(f"\nThe same again: FUZZ_SEED={SEED} FUZZ_SECONDS={SECONDS:g} just test-fuzz")
    with serving(fuzzed) as server:
        fuzzer = Fuzzer(server, config_of(fuzzed), SEED)
        try:
            findings = fuzzer.run(SECONDS)
        finally:
            print(fuzzer.report())
    assert not findings, "see above: " + ", ".join(f"{each.operation_id}: {each.what}" for each in findings)
